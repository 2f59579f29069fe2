#!/bin/sh
# Python loads the shared library with ctypes, beside faulthandler, which has a handler of SIGSEGV as well: each hears
# of its own faults, and when the library is done the handler is Python's again.
# Usage: python_test.sh PROJECT SHARED-LIBRARY
. "$(dirname "$0")/common.sh"
needs python3
cat >"$work/host.py" <<'END'
import ctypes
import faulthandler
import sys

faulthandler.enable()
tenure = ctypes.CDLL(sys.argv[1])
tenure.tn_heap_create_.restype = tenure.tn_mutator_create.restype = ctypes.c_void_p
for call in tenure.tn_mutator_create, tenure.tn_mutator_destroy, tenure.tn_heap_destroy, tenure.tn_collect:
    call.argtypes = [ctypes.c_void_p, ctypes.c_void_p][:1 if "destroy" in call.__name__ else 2]
for turn in range(200):
    heap = tenure.tn_heap_create_(tenure.tn_version_number(), None, None)
    mutator = tenure.tn_mutator_create(heap, None)
    assert heap and mutator and tenure.tn_collect(mutator, 2) == 0
    assert tenure.tn_mutator_destroy(mutator) == 0 and tenure.tn_heap_destroy(heap) == 0
print("done", flush=True)
if sys.argv[2:]:
    heap = tenure.tn_heap_create_(tenure.tn_version_number(), None, None) if sys.argv[2] == "during" else None
    ctypes.string_at(8)
END
host() {
    status=0
    TENURE_DEBUG=stale python3 "$work/host.py" "$2" ${3:+"$3"} >"$work/log" 2>&1 || status=$?
    grep -q '^done$' "$work/log" || fail "Python and the library"
}
host "" "$2"
[ $status = 0 ] || fail "Python ends with status $status"
for when in after during; do
    host "" "$2" $when
    [ $status -gt 128 ] && grep -q 'Fatal Python error: Segmentation fault' "$work/log" ||
        fail "faulthandler did not hear of a fault $when the library had a heap"
done
rm "$work/log"
echo "loaded by Python, 200 heaps, beside faulthandler"
