// pgp makes OpenPGP keys and signs with them, with the library that Helm verifies with; gpg need not be there.
//
//	pgp key NAME PUBLIC SECRET   makes a key and writes its two keyrings
//	pgp clear-sign SECRET        signs standard input
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/clearsign"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "pgp:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 4 && args[0] == "key":
		return key(args[1], args[2], args[3])
	case len(args) == 2 && args[0] == "clear-sign":
		return clearSign(args[1], os.Stdin, os.Stdout)
	}
	return errors.New("usage: pgp key NAME PUBLIC SECRET | pgp clear-sign SECRET")
}

func key(name, public, secret string) error {
	entity, err := openpgp.NewEntity(name, "", name+"@example.com", nil)
	if err != nil {
		return err
	}
	if err := write(public, entity.Serialize); err != nil {
		return err
	}
	return write(secret, func(w io.Writer) error { return entity.SerializePrivate(w, nil) })
}

func write(path string, serialize func(io.Writer) error) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(serialize(file), file.Close())
}

func clearSign(secret string, in io.Reader, out io.Writer) error {
	file, err := os.Open(secret)
	if err != nil {
		return err
	}
	defer file.Close()
	ring, err := openpgp.ReadKeyRing(file)
	if err != nil {
		return err
	}
	signed, err := clearsign.Encode(out, ring[0].PrivateKey, nil)
	if err != nil {
		return err
	}
	if _, err := io.Copy(signed, in); err != nil {
		return err
	}
	return signed.Close()
}
