// Package tempestconf reads an operator's configuration: tempest.conf with the meaning Tempest and oslo.config give it,
// accounts.yaml with Tempest's, clouds.yaml with openstacksdk's.
//
//	c, err := tempestconf.Load(tempestconf.LoadOptions{Env: os.Environ()})
//	if err != nil {
//		return err
//	}
//	if err := c.Require("compute.image_ref", "identity.uri_v3"); err != nil {
//		return err
//	}
//	fmt.Println(c.Compute.ImageRef, c.Where("compute", "image_ref"))
//
// A value that cannot be used is no error of Load unless somebody uses the option: Check and Require report it, and Notes
// mention it. That is how one file can serve several releases of Tempest, each of which refuses what it does not know.
package tempestconf
