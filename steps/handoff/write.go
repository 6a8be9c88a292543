package handoff

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"crossgrant/awsops/problem"
	"crossgrant/awsops/shell"
)

// Write writes files into a folder. One that is there is never written over: where it says
// the same it stays, where it says something else nothing is written.
func Write(dir string, files []File) error {
	var todo []File
	for _, f := range files {
		path := filepath.Join(dir, f.Name)
		there, err := []byte(nil), isFile(path)
		if err == nil {
			there, err = os.ReadFile(path)
		}
		switch {
		case errors.Is(err, fs.ErrNotExist):
			todo = append(todo, f)
		case err != nil:
			return problem.Diagnose(err, "look at "+shell.Word(path))
		case string(there) != f.Text:
			return &problem.Error{
				Summary: "The folder has files of another grant",
				Detail:  fmt.Sprintf("%s is there already and says something else. Nothing was written.", shell.Word(path)),
				Fixes:   []string{"Choose an empty folder, with --dir."},
			}
		}
	}
	for _, f := range todo {
		path, mode := filepath.Join(dir, f.Name), fs.FileMode(0o644)
		if f.Executable {
			mode = 0o755
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return problem.Diagnose(err, "create the folder "+shell.Word(filepath.Dir(path)))
		}
		file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
		if err == nil {
			_, err = file.WriteString(f.Text)
			err = errors.Join(err, file.Close())
		}
		if err != nil {
			return problem.Diagnose(err, "write "+shell.Word(path))
		}
	}
	return nil
}
