#!/bin/sh
# Builds the library and the Scheme interpreter, optimised, and runs the demonstration. Installs what is missing where
# it can (see tests/setup.sh).
set -eu
cd "$(dirname "$0")/.."
. tests/setup.sh

setup_tools
setup_build build-release "${CC:-cc}" --buildtype=release -Dexamples=enabled -Dtests=disabled -Dbench=disabled
exec build-release/examples/scheme/tenure-scheme examples/scheme/demo.scm
