#!/bin/sh
# Compares this package with python-subunit on the same generated streams, in one go.
#
#   sh subunit/testdata/bench-peer.sh            uses python3
#   SUBUNIT_PYTHON=/venv/bin/python sh …         uses another one
#
# The Python needs python-subunit and testtools (pip install python-subunit). The numbers are processor
# time, the best of several runs; other programs disturb that less than the clock, but an idle machine is better still.
set -eu
cd "$(dirname "$0")/.."
exec go test -tags interop -count=1 -run '^TestPeerSpeed$' -v .
