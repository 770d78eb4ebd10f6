import type { CombinedError } from 'urql';
import { Dialog } from '../ui/Dialog';
import { NameForm } from '../ui/NameForm';

interface RenameDialogProps {
  opened: boolean;
  onClose: () => void;
  what: string;
  name: string;
  note: string | undefined;
  onRename: (name: string) => Promise<CombinedError | undefined>;
}

/** The dialog that renames an object. */
export function RenameDialog({ opened, onClose, what, name, note, onRename }: RenameDialogProps) {
  return (
    <Dialog opened={opened} onClose={onClose} title={`Rename the ${what}`}>
      <NameForm name={name} description={note} submit="Rename" onName={onRename} onClose={onClose} />
    </Dialog>
  );
}
