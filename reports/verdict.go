package reports

import (
	"fmt"
	"slices"
	"strings"

	"opendev.org/x/persistent-resources/subunit"
)

// Verdict says in one sentence what a run means for its operator.
type Verdict struct {
	// Sentence is e.g. "Lost or changed: compute. 1 of 6 tests failed."
	Sentence string
	// Failures are the results behind it, in the order of the stream: failures, unexpected successes, and tests that
	// never ended.
	Failures []Failure
	// Successful is true when nothing failed, even if all was skipped. It is false for a run without any test.
	Successful bool
}

// Failure is one result that is not as it should be.
type Failure struct {
	TestID  string
	Where   string // the service, or the class where the id names no service
	Test    string // the test's name without attributes, or "setUpClass"
	Kind    string // class of the error, e.g. "MismatchError"; may be empty
	Message string // one line
}

// The consequences of a failure, in the order in which a sentence tells them.
const (
	lost       = "Lost or changed"
	unchecked  = "Not checked"
	notCreated = "Not created"
	notRemoved = "Not removed"
	unreadable = "Not readable"
	failed     = "Failed"
)

var allConsequences = [...]string{lost, unchecked, notCreated, notRemoved, unreadable, failed}

// verdictBuilder takes in results one by one and keeps nothing of their attachments.
type verdictBuilder struct {
	summary  subunit.Summary
	verify   subunit.Summary     // those of the verify phase
	where    map[string][]string // consequence -> services or classes, each once
	failures []Failure
}

func (b *verdictBuilder) add(r *subunit.Result, re reason) {
	b.summary.Add(r)
	id := parseID(r.TestID)
	action, _ := id.task()
	if action == "validate" {
		b.verify.Add(r)
	}
	if !isFailure(r.Status) {
		return
	}
	f := Failure{TestID: r.TestID, Where: id.where(), Test: id.name, Kind: re.kind, Message: re.message}
	b.failures = append(b.failures, f)
	if b.where == nil {
		b.where = map[string][]string{}
	}
	c := consequence(action, id.fixture, r.Status)
	if r.TestID == subunit.ParserTestID {
		c = unreadable
	}
	if !slices.Contains(b.where[c], f.Where) {
		b.where[c] = append(b.where[c], f.Where)
	}
}

// isFailure reports whether stestr counts the status as a failure.
func isFailure(s subunit.Status) bool {
	return s == subunit.Fail || s == subunit.UnexpectedSuccess || !s.Terminal()
}

func consequence(action, fixture string, s subunit.Status) string {
	if s == subunit.UnexpectedSuccess {
		return failed
	}
	switch action {
	case "create":
		return notCreated
	case "cleanup":
		return notRemoved
	case "validate":
		if strings.HasPrefix(fixture, "setUp") || s == subunit.InProgress {
			return unchecked
		}
		if fixture == "" {
			return lost
		}
	}
	return failed
}

func (b *verdictBuilder) verdict() Verdict {
	v := Verdict{Failures: b.failures, Successful: b.summary.Successful() && b.summary.Total() > 0}
	if len(b.failures) > 0 {
		v.Sentence = b.failureSentence()
	} else {
		v.Sentence = b.successSentence()
	}
	return v
}

// successSentence is for a run without failures. It speaks of loss only where something was verified.
func (b *verdictBuilder) successSentence() string {
	total, skipped := b.summary.Total(), b.summary.Skipped
	passed, verified := passedOf(b.summary), passedOf(b.verify)
	checks := b.verify.Total()
	switch {
	case total == 0:
		return "No tests ran."
	case passed == 0 && checks == total:
		return "Nothing was checked: " + allWere("test", checks) + " skipped."
	case passed == 0:
		return "Nothing was tested: " + allWere("test", total) + " skipped."
	case checks > 0 && verified == 0:
		return "Nothing was checked: " + allWere("verify test", checks) + " skipped. " + count(passed, "other test") + " passed."
	case verified > 0 && skipped > 0:
		return fmt.Sprintf("Nothing that was checked is lost: %s passed, %d skipped.", count(passed, "test"), skipped)
	case verified > 0:
		return "Nothing is lost: " + all(passed) + " passed."
	case skipped > 0:
		return fmt.Sprintf("%s passed, %d skipped.", count(passed, "test"), skipped)
	}
	s := all(passed)
	return strings.ToUpper(s[:1]) + s[1:] + " passed."
}

func passedOf(s subunit.Summary) int { return s.Passed + s.ExpectedFailures }

// failureSentence tells what was lost before it tells numbers.
func (b *verdictBuilder) failureSentence() string {
	total := count(b.summary.Total(), "test")
	unended := b.summary.Incomplete
	var numbers string
	switch bad := len(b.failures) - unended; {
	case unended == 0:
		numbers = fmt.Sprintf("%d of %s failed.", bad, total)
	case bad == 0:
		numbers = fmt.Sprintf("%d of %s never ended.", unended, total)
	default:
		numbers = fmt.Sprintf("%d of %s failed and %d never ended.", bad, total, unended)
	}
	return strings.Join(append(b.consequences(), numbers), " ")
}

// consequences are sentences like "Lost or changed: compute."
func (b *verdictBuilder) consequences() []string {
	var sentences []string
	for _, c := range allConsequences {
		if where := b.where[c]; len(where) > 0 {
			sentences = append(sentences, fmt.Sprintf("%s: %s.", c, enumerate(where)))
		}
	}
	return sentences
}

// enumerate joins names for a sentence, the first six of them.
func enumerate(names []string) string {
	const most = 6
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// count is "1 test" or "6 tests".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// all is "all 6 tests" or "the only test".
func all(n int) string {
	if n == 1 {
		return "the only test"
	}
	return fmt.Sprintf("all %d tests", n)
}

// allWere is "all 6 verify tests were" or "the only verify test was".
func allWere(what string, n int) string {
	if n == 1 {
		return "the only " + what + " was"
	}
	return fmt.Sprintf("all %d %ss were", n, what)
}

// maxVerdictLines is the number of failures named on a console; reports have them all.
const maxVerdictLines = 40

func (c *Console) writeVerdict(v Verdict) {
	color := 32
	if !v.Successful {
		color = 31
	}
	fmt.Fprintf(c.out, "\n%s\n", c.paint(clean(v.Sentence, terminal), color))
	for i, f := range v.Failures {
		if i == maxVerdictLines {
			fmt.Fprintf(c.out, " - and %d more\n", len(v.Failures)-i)
			break
		}
		fmt.Fprintf(c.out, " - %s\n", clean(fmt.Sprintf("%s %s: %s", f.Where, f.Test, f.Message), terminal))
	}
}
