# find_package(Tenure CONFIG): the target tenure::tenure, the library beside this file's folder. Installed by meson and
# by CMake.
include(CMakeFindDependencyMacro)
list(INSERT CMAKE_MODULE_PATH 0 "${CMAKE_CURRENT_LIST_DIR}")
find_dependency(atomic_ops)
list(REMOVE_AT CMAKE_MODULE_PATH 0)

get_filename_component(Tenure_libdir "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)
find_library(Tenure_LIBRARY tenure PATHS "${Tenure_libdir}" NO_DEFAULT_PATH)
find_path(Tenure_INCLUDE_DIR tenure.h PATHS "${Tenure_libdir}/../include" "${Tenure_libdir}/../../include"
  NO_DEFAULT_PATH)
mark_as_advanced(Tenure_LIBRARY Tenure_INCLUDE_DIR)
if(NOT Tenure_LIBRARY OR NOT Tenure_INCLUDE_DIR)
  set(Tenure_FOUND FALSE)
  set(Tenure_NOT_FOUND_MESSAGE "The library or its headers are missing near ${Tenure_libdir}.")
  return()
endif()
if(NOT TARGET tenure::tenure)
  add_library(tenure::tenure UNKNOWN IMPORTED)
  set_target_properties(tenure::tenure PROPERTIES IMPORTED_LOCATION "${Tenure_LIBRARY}")
  target_include_directories(tenure::tenure INTERFACE "${Tenure_INCLUDE_DIR}")
  target_link_libraries(tenure::tenure INTERFACE atomic_ops::atomic_ops m)
  target_compile_options(tenure::tenure INTERFACE
    $<$<COMPILE_LANGUAGE:C>:-Werror=incompatible-pointer-types>)
endif()
