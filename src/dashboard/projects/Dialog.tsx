import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';

interface DialogProps {
  opened: boolean;
  onClose: () => void;
  title: string;
  /** Whether a click beside it, Escape or the cross close it; not while something is under way that they would lose. */
  closable?: boolean;
  children: ReactNode;
}

/** A dialog over the page. What it holds begins anew each time it opens. */
export function Dialog({ opened, onClose, title, closable = true, children }: DialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      centered
      closeOnClickOutside={closable}
      closeOnEscape={closable}
      withCloseButton={closable}
      closeButtonProps={{ 'aria-label': 'Close' }}
      styles={{ title: { fontWeight: 600 } }}
      // To a screen reader a second banner, which the page's own header is.
      attributes={{ header: { role: 'presentation' } }}
    >
      {children}
    </Modal>
  );
}
