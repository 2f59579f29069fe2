# Finds libatomic_ops, whose headers are all that GCC and Clang need of it: the target atomic_ops::atomic_ops.
find_path(atomic_ops_INCLUDE_DIR atomic_ops.h)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(atomic_ops REQUIRED_VARS atomic_ops_INCLUDE_DIR REASON_FAILURE_MESSAGE
  "Install libatomic-ops-dev (Debian, Ubuntu), libatomic_ops-devel (Fedora) or libatomic_ops (Arch, Alpine, Homebrew).")
if(atomic_ops_FOUND AND NOT TARGET atomic_ops::atomic_ops)
  add_library(atomic_ops::atomic_ops INTERFACE IMPORTED)
  target_include_directories(atomic_ops::atomic_ops INTERFACE "${atomic_ops_INCLUDE_DIR}")
endif()
mark_as_advanced(atomic_ops_INCLUDE_DIR)
