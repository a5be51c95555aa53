package ctl

import "context"

const snapshotHelp = `Let the daemon save a copy of its state, and print the name of the copy.

The copy is in the storage directory of the daemon. Only tocsin has this.`

func snapshotCommand(t *tool) {
	t.command(t.app, "snapshot", snapshotHelp, t.takeSnapshot)
}

func (t *tool) takeSnapshot(ctx context.Context) error {
	daemon, err := t.daemon(ctx)
	if err != nil {
		return err
	}
	taken, err := daemon.Snapshot(ctx)
	switch {
	case err != nil:
		return err
	case t.speaksJSON():
		return t.printJSON(taken)
	}
	return t.print(printable(taken.Name) + "\n")
}
