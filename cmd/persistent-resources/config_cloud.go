package main

import (
	"github.com/spf13/cobra"

	"opendev.org/x/persistent-resources/tempestconf"
)

func newConfigCloudCommand(global *globalOptions, env environment) *cobra.Command {
	var region string
	var plain bool
	c := &cobra.Command{
		Use:   "cloud [NAME]",
		Short: "Show what clouds.yaml says of a cloud",
		Long: `cloud reads one cloud of clouds.yaml, secure.yaml and the environment by the rules
of openstacksdk and writes {"name", "config", "tls"} as openstacksdk hands them
on; secrets are masked. Without a name it is the one of --os-cloud, of OS_CLOUD,
of the environment's variables, or the only one there is.

Where the cloud cannot be used it writes {"error": {"class", "message"}} with the
exception that a program using openstacksdk gets.`,
		Args: cobra.MaximumNArgs(1),
	}
	form := formatFlag(c, "json")
	c.Flags().StringVar(&region, "region", "", "take this `REGION` of the cloud in place of its first")
	c.Flags().BoolVar(&plain, "show-secrets", false, "show passwords, tokens and secrets as they are")
	c.RunE = func(_ *cobra.Command, args []string) error {
		if _, err := form(); err != nil {
			return err
		}
		o := tempestconf.CloudOptions{Name: global.cloud, Region: region, Env: env.environ}
		if len(args) == 1 {
			o.Name = args[0]
		}
		cloud, err := tempestconf.LoadCloud(o)
		if err != nil {
			return errorDocument(env, err)
		}
		return writeJSON(env.stdout, cloud.Report(plain))
	}
	return c
}
