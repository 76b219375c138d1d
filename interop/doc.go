// Package interop holds the program against the tools that read it in OpenStack's jobs: stestr, Tempest, python-subunit's
// filters, python-junitxml and os-testr, and against streams that the original plugin's tests gave under Tempest 33.
//
// Its tests carry the build tag interop and need the tools:
//
//	python3 -m venv v && v/bin/pip install stestr python-subunit junitxml os-testr tempest
//	PERSISTENT_RESOURCES_VENV=$PWD/v go test -count=1 -tags interop ./interop/
//
// They build the program themselves, which Go's cache of test results does not see: hence -count=1. Without the variable the
// tools are looked for on PATH. PERSISTENT_RESOURCES_VENV=/usr takes the packages of a distribution. A missing tool fails the
// test.
package interop
