// Package stestr takes the places that stestr and Tempest have in a job: it answers the call by which they start a test
// runner, keeps a repository of runs as stestr does, and reads the options of "tempest run" and stestr's list files.
//
// stestr builds `${PYTHON} -m stestr.subunit_runner.run discover -t TOP_DIR TEST_PATH [--list | --load-list FILE]` and runs
// it through a shell, so that a program named by $PYTHON takes Python's place. It wants nothing but subunit packets on
// standard output and ignores the exit status of a run: a worker that dies between two tests goes unnoticed. That is what
// [Supervise] is for.
package stestr
