// Checks a log with golang.org/x/mod/sumdb alone: the code that the Go checksum database is verified with.
//
//	verify note VKEY < note
//	verify record LEAF VKEY < tlog-proof
//	verify tree OLD-NOTE NEW-NOTE VKEY PROOF-HASH...
package main

import (
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func check(err error) {
	if err != nil {
		fmt.Println("REFUSED", err)
		os.Exit(1)
	}
}

func bytes(text string) []byte {
	data, err := base64.StdEncoding.DecodeString(text)
	check(err)
	return data
}

func hash(text string) (h tlog.Hash) {
	if copy(h[:], bytes(text)) != tlog.HashSize {
		check(fmt.Errorf("%q is no hash", text))
	}
	return h
}

// head opens a checkpoint, whose three lines are another text than the one the checksum database signs.
func head(text, vkey string) (size int64, root tlog.Hash) {
	verifier, err := note.NewVerifier(vkey)
	check(err)
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	_, err = fmt.Sscanf(lines[1], "%d", &size)
	check(err)
	return size, hash(lines[2])
}

func main() {
	input, err := io.ReadAll(os.Stdin)
	check(err)
	args := os.Args[2:]
	switch os.Args[1] {
	case "note":
		head(string(input), args[0])
	case "record":
		text, checkpoint, _ := strings.Cut(string(input), "\n\n")
		var index int64
		var proof tlog.RecordProof
		for _, line := range strings.Split(text, "\n")[1:] {
			if strings.HasPrefix(line, "extra ") {
				continue
			}
			if _, err := fmt.Sscanf(line, "index %d", &index); err != nil {
				proof = append(proof, hash(line))
			}
		}
		size, root := head(checkpoint, args[1])
		check(tlog.CheckRecord(proof, size, root, index, tlog.RecordHash(bytes(args[0]))))
	case "tree":
		oldSize, oldRoot := head(args[0], args[2])
		size, root := head(args[1], args[2])
		var proof tlog.TreeProof
		for _, step := range args[3:] {
			proof = append(proof, hash(step))
		}
		check(tlog.CheckTree(proof, size, root, oldSize, oldRoot))
	}
	fmt.Println("VERIFIED")
}
