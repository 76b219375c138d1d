// Package reports turns finished test results into what people and machines look at: the lines and totals of stestr on a
// console, JUnit XML, one HTML page, JSON, CSV, and the difference between two runs.
//
// Every report is fed with the [subunit.Result]s of a stream, usually by a [subunit.Collector]:
//
//	console := reports.NewConsole(reports.ConsoleOptions{Out: os.Stdout})
//	collector := subunit.NewCollector(func(r *subunit.Result) { err = errors.Join(err, console.Result(r)) })
//	// ... collector.Add(event) for each event, collector.Flush() at the end
//	summary := collector.Summary()
//	err = errors.Join(err, console.Summary(&summary))
package reports
