import { ActionIcon, Menu } from '@mantine/core';
import { EllipsisVertical, Pencil, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { CombinedError } from 'urql';
import { DeleteDialog } from './DeleteDialog';
import { RenameDialog } from './RenameDialog';

interface ManageMenuProps {
  /** The type of the object, as in a sentence: "deployment". */
  what: string;
  name: string;
  /** Its name in the dialogs, if the name alone is ambiguous: "Octane, version 2". */
  title?: string;
  /** What renaming affects besides the name. */
  renameNote?: string;
  /** Renames it. @returns the error, if any. */
  onRename: (name: string) => Promise<CombinedError | undefined>;
  /** Deletes it, and leaves its page. @returns the error, if any. */
  onDelete: (typedName: string) => Promise<CombinedError | undefined>;
  /** Whether the name must be typed to confirm the deletion. */
  typeToConfirm?: boolean;
  /** What is deleted with it; loaded when the dialog opens. */
  consequences: ReactNode;
}

/** The menu of an object, to rename or delete it in a dialog. */
export function ManageMenu({
  what,
  name,
  title = name,
  renameNote,
  onRename,
  onDelete,
  typeToConfirm = false,
  consequences,
}: ManageMenuProps) {
  const [open, setOpen] = useState<'rename' | 'delete' | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <Menu position="bottom-end" width={180} shadow="md">
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            my={-8}
            display="flex"
            aria-label={`Actions for ${title}`}
          >
            <EllipsisVertical size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Pencil size={14} />} onClick={() => setOpen('rename')}>
            Rename
          </Menu.Item>
          <Menu.Item color="red.8" leftSection={<Trash2 size={14} />} onClick={() => setOpen('delete')}>
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <RenameDialog
        opened={open === 'rename'}
        onClose={close}
        what={what}
        name={name}
        note={renameNote}
        onRename={onRename}
      />
      <DeleteDialog
        opened={open === 'delete'}
        onClose={close}
        what={what}
        name={name}
        title={title}
        typeToConfirm={typeToConfirm}
        consequences={consequences}
        onDelete={onDelete}
      />
    </>
  );
}
