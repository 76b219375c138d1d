package glance

import (
	"crypto/md5"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

func (s *Service) dataRoutes() {
	s.router.Handle("PUT", "/v2/images/{id}/file", s.upload)
	s.router.Handle("GET", "/v2/images/{id}/file", s.download)
}

// store makes the image ready with its data.
func (im *image) store(data []byte) {
	sum, hash := md5.Sum(data), sha512.Sum512(data)
	im.data, im.checksum, im.hash = data, hex.EncodeToString(sum[:]), hex.EncodeToString(hash[:])
	im.status, im.updated = active, time.Now()
}

func (s *Service) upload(c *wire.Call) error {
	if contentType := c.R.Header.Get("Content-Type"); contentType != "application/octet-stream" {
		return wire.Errorf(http.StatusUnsupportedMediaType, "The request media type %s is not supported by this server.", contentType)
	}
	im, err := s.find(c, noImage)
	if err != nil {
		return err
	}
	if !im.ownedBy(c.Token) {
		return wire.Errorf(http.StatusForbidden, "You do not own this image")
	}
	if im.status != queued {
		return wire.Errorf(http.StatusConflict, "Image status transition from %s to saving is not allowed", im.status)
	}
	im.store(c.Body)
	c.W.Header().Set("Content-Type", "text/html; charset=UTF-8")
	return c.Empty(http.StatusNoContent)
}

func (s *Service) download(c *wire.Call) error {
	im, err := s.find(c, noImage)
	if err != nil {
		return err
	}
	if im.status != active {
		return c.Empty(http.StatusNoContent)
	}
	c.W.Header().Set("Content-Md5", im.checksum)
	return c.Text(http.StatusOK, "application/octet-stream", string(im.data))
}

// Find tells the other services of an image that a token may see.
func (s *Service) Find(id string, t *wire.Token) (wire.Image, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, im := range s.images {
		if im.id == id && im.visibleTo(t) {
			return wire.Image{
				Active: im.status == active, MinRAM: im.number("min_ram"), MinDisk: im.number("min_disk"), Properties: im.properties(),
			}, true
		}
	}
	return wire.Image{}, false
}

// ReadyImage returns the id of the image the cloud began with, or "" when it
// was deleted.
func (s *Service) ReadyImage() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, im := range s.images {
		if im.fields["name"] == ReadyImageName {
			return im.id
		}
	}
	return ""
}

// Inventory lists the images.
func (s *Service) Inventory() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var lines []string
	for _, im := range s.images {
		lines = append(lines, fmt.Sprintf("image %s %v/%s", im.owner, im.fields["name"], im.id))
	}
	return lines
}
