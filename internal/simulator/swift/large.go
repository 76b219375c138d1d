package swift

import (
	"crypto/md5"
	"encoding/hex"
	"strings"
)

// whole joins the parts that a manifest (X-Object-Manifest: container/prefix)
// names; its Etag is in quotes because it is not the MD5 of the data.
func (s *Service) whole(q *request, o *object) *object {
	name := o.system["X-Object-Manifest"]
	if name == "" || q.Query("multipart-manifest") == "get" {
		return o
	}
	containerName, prefix, _ := strings.Cut(name, "/")
	joined := *o
	joined.data = nil
	etags := md5.New()
	if parts := s.findContainer(q.account, containerName); parts != nil {
		for _, partName := range sortedKeys(parts.objects) {
			if strings.HasPrefix(partName, prefix) {
				joined.data = append(joined.data, parts.objects[partName].data...)
				_, _ = etags.Write([]byte(parts.objects[partName].etag)) // never fails
			}
		}
	}
	joined.etag = `"` + hex.EncodeToString(etags.Sum(nil)) + `"`
	return &joined
}
