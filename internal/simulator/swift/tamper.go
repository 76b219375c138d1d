package swift

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Inventory lists the containers and objects of every account.
func (s *Service) Inventory() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var lines []string
	for name, a := range s.accounts {
		project := strings.TrimPrefix(name, accountPrefix)
		for containerName := range a.containers {
			lines = append(lines, fmt.Sprintf("container %s %s", project, containerName))
			for objectName := range s.findContainer(name, containerName).objects {
				lines = append(lines, fmt.Sprintf("object %s %s/%s", project, containerName, objectName))
			}
		}
	}
	return lines
}

// OverwriteData replaces an object's bytes and leaves its headers as they
// were, Etag included: damage as a broken disk does it.
func (s *Service) OverwriteData(projectID, containerName, objectName string, data []byte) error {
	return s.changeObject(projectID, containerName, objectName, func(_ *container, o *object) {
		o.data = slices.Clone(data)
	})
}

// SetObjectHeader changes a header of an object without a trace in its
// timestamp; an empty value removes it. Content-Type and Etag can be changed
// as well.
func (s *Service) SetObjectHeader(projectID, containerName, objectName, name, value string) error {
	name = http.CanonicalHeaderKey(name)
	return s.changeObject(projectID, containerName, objectName, func(_ *container, o *object) {
		switch {
		case name == "Content-Type":
			o.contentType = value
		case name == "Etag":
			o.etag = value
		case value == "":
			delete(o.meta, name)
			delete(o.system, name)
		default:
			o.meta[name] = value
		}
	})
}

// RemoveObject deletes an object.
func (s *Service) RemoveObject(projectID, containerName, objectName string) error {
	return s.changeObject(projectID, containerName, objectName, func(c *container, _ *object) {
		delete(c.objects, objectName)
	})
}

// SetContainerHeader changes a container's metadata or list; an empty value
// removes it.
func (s *Service) SetContainerHeader(projectID, container, name, value string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.findContainer(accountPrefix+projectID, container)
	if c == nil {
		return fmt.Errorf("no container %s in project %s", container, projectID)
	}
	name = http.CanonicalHeaderKey(name)
	items := map[string]string(c.meta)
	if name == readACL || name == writeACL {
		items = c.acl
	}
	items[name] = value
	if value == "" {
		delete(items, name)
	}
	return nil
}

// RemoveContainer deletes a container with everything in it.
func (s *Service) RemoveContainer(projectID, container string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.findContainer(accountPrefix+projectID, container) == nil {
		return fmt.Errorf("no container %s in project %s", container, projectID)
	}
	delete(s.accounts[accountPrefix+projectID].containers, container)
	return nil
}

func (s *Service) changeObject(projectID, containerName, objectName string, change func(*container, *object)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.findContainer(accountPrefix+projectID, containerName)
	if c == nil || c.objects[objectName] == nil {
		return fmt.Errorf("no object %s/%s in project %s", containerName, objectName, projectID)
	}
	change(c, c.objects[objectName])
	return nil
}
