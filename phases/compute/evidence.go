package compute

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/layer3/floatingips"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/ports"

	"opendev.org/x/persistent-resources/internal/guest"
	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/phases"
)

// evidenceTime bounds the collection of what explains a failure.
const evidenceTime = 45 * time.Second

// explained adds to a failed login what answers on the way to the guest, the guest's console, and what the APIs show. It
// does so also when the test's time is over, but not when somebody wants the run to end.
func (r *resources) explained(ctx context.Context, rec state.Record, b baseline, err error) error {
	if err == nil || errors.Is(context.Cause(ctx), phases.Interrupted()) {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), evidenceTime)
	defer cancel()
	defer r.Waiting("looking for the reason why server " + rec.Name + " does not answer")()
	var all []phases.Attachment
	add := func(name, text string) {
		if text != "" {
			all = append(all, phases.Attachment{Name: name + " of " + rec.Name, Text: text})
		}
	}
	add("diagnosis", guest.Diagnose(ctx, r.target(b), guest.DiagnoseOptions{}))
	if !r.NoAPI {
		add("console log", r.console(ctx, rec))
		add("API view", r.apiView(ctx, rec))
	}
	return phases.WithAttachments(err, all...)
}

// console is the server's console log, or why there is none.
func (r *resources) console(ctx context.Context, rec state.Record) string {
	if !r.Config.ComputeFeatureEnabled.ConsoleOutput {
		return ""
	}
	client, err := r.nova(ctx)
	if err != nil {
		return err.Error()
	}
	text, err := servers.ShowConsoleOutput(ctx, client, rec.ID, servers.ShowConsoleOutputOpts{}).Extract()
	if err != nil {
		return "the console log cannot be read: " + phases.Describe(err)
	}
	return text
}

// apiView is what Nova and Neutron show of the server, its ports and its floating IP.
func (r *resources) apiView(ctx context.Context, rec state.Record) string {
	var out bytes.Buffer
	show := func(what string, body any, err error) {
		fmt.Fprintf(&out, "%s:\n", what)
		if err != nil {
			fmt.Fprintf(&out, "%s\n\n", phases.Describe(err))
			return
		}
		text, err := json.MarshalIndent(body, "", "  ")
		if err != nil {
			text = []byte(err.Error())
		}
		fmt.Fprintf(&out, "%s\n\n", text)
	}
	nova, err := r.nova(ctx)
	if err == nil {
		got := servers.Get(ctx, nova, rec.ID)
		show("server", got.Body, got.Err)
	} else {
		show("compute service", nil, err)
	}
	neutron, err := r.neutron(ctx)
	if err != nil {
		show("network service", nil, err)
		return out.String()
	}
	page, err := ports.List(neutron, ports.ListOpts{DeviceID: rec.ID}).AllPages(ctx)
	if err != nil {
		show("ports", nil, err)
	} else {
		show("ports", page.GetBody(), nil)
	}
	if f, ok := r.Journal.Record(floatingKey + number(rec)); ok && f.Made {
		got := floatingips.Get(ctx, neutron, f.ID)
		show("floating IP", got.Body, got.Err)
	}
	return out.String()
}
