// Package all is the one list of the services whose resources are made, verified and deleted.
package all

import (
	"opendev.org/x/persistent-resources/phases"
	"opendev.org/x/persistent-resources/phases/compute"
	"opendev.org/x/persistent-resources/phases/objectstorage"
)

// Services returns them in the order in which their tests run.
func Services() []phases.NewService {
	return []phases.NewService{compute.Service, objectstorage.Service}
}
