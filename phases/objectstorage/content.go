package objectstorage

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
)

// originalContent is the content of the original plugin's object: tempest's arbitrary_string(size=15, base_text="test").
const originalContent = "testtesttesttes"

// newSeed returns a seed for generated content.
func newSeed() (string, error) {
	b := make([]byte, 16)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("make a seed: %w", err)
	}
	return hex.EncodeToString(b), nil
}

// generated is the content that belongs to a seed: AES-128 in counter mode, keyed with the seed, counting from zero. It
// looks random, so that no storage can compress or guess it, and it can be made again from the record, at no cost in memory.
type generated struct {
	seed   string
	size   int64
	at     int64
	stream cipher.Stream
}

func newGenerated(seed string, size int64) (*generated, error) {
	stream, err := keystream(seed)
	if err != nil {
		return nil, err
	}
	return &generated{seed: seed, size: size, stream: stream}, nil
}

func (g *generated) Read(p []byte) (int, error) {
	if g.at >= g.size {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), g.size-g.at))
	clear(p[:n])
	g.stream.XORKeyStream(p[:n], p[:n])
	g.at += int64(n)
	return n, nil
}

// Seek goes to the beginning, for sending the content once more, or tells where it is; it goes nowhere else.
func (g *generated) Seek(offset int64, whence int) (int64, error) {
	switch {
	case whence == io.SeekCurrent && offset == 0:
		return g.at, nil
	case whence == io.SeekStart && offset == 0:
		stream, err := keystream(g.seed)
		if err != nil {
			return 0, err
		}
		g.stream, g.at = stream, 0
		return 0, nil
	}
	return 0, fmt.Errorf("generated content can only be read from its beginning")
}

func keystream(seed string) (cipher.Stream, error) {
	key, err := hex.DecodeString(seed)
	if err != nil {
		return nil, fmt.Errorf("the recorded seed is no seed: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("the recorded seed is no seed: %w", err)
	}
	return cipher.NewCTR(block, make([]byte, aes.BlockSize)), nil
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

func digestOf(content io.ReadSeeker) (string, error) { return hashed(sha256.New(), content) }

// hashed reads a content to its end and goes back to its beginning.
func hashed(h hash.Hash, content io.ReadSeeker) (string, error) {
	if _, err := io.Copy(h, content); err != nil {
		return "", fmt.Errorf("make the content: %w", err)
	}
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		return "", fmt.Errorf("make the content: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// comparison is what reading an object back showed.
type comparison struct {
	size      int64
	sha256    string
	different int64 // offset of the first byte that differs; -1 when none does or the content cannot be made again
}

// compare reads a content to its end, whatever its size, and compares it on the way with what was stored.
func compare(body io.Reader, expected *content) (comparison, error) {
	c := comparison{different: -1}
	sum := sha256.New()
	buf := make([]byte, 64<<10)
	want := make([]byte, len(buf))
	for {
		n, err := io.ReadFull(body, buf)
		sum.Write(buf[:n])
		if c.different < 0 && n > 0 {
			if i := expected.next(want[:n], buf[:n]); i >= 0 {
				c.different = c.size + int64(i)
			}
		}
		c.size += int64(n)
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			c.sha256 = hex.EncodeToString(sum.Sum(nil))
			return c, nil
		}
		if err != nil {
			return c, err
		}
	}
}

// content makes a stored content again, piece by piece.
type content struct {
	stream cipher.Stream
	text   []byte
}

// next fills want with the next piece and returns the first index at which got differs, or -1.
func (e *content) next(want, got []byte) int {
	clear(want)
	if e.stream != nil {
		e.stream.XORKeyStream(want, want)
	} else {
		n := copy(want, e.text)
		e.text = e.text[n:]
		if n < len(got) {
			want = want[:n]
		}
	}
	if bytes.Equal(want, got) {
		return -1
	}
	for i := range got {
		if i >= len(want) || want[i] != got[i] {
			return i
		}
	}
	return len(got)
}
