import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './Dialog.module.css';

interface DialogProps {
  opened: boolean;
  onClose: () => void;
  title: ReactNode;
  size?: 'md' | 'lg';
  /** Whether a click outside and Escape close it; not while that would lose something in progress. */
  closable?: boolean;
  /** Whether it has a close button; by default the value of `closable`. */
  withCloseButton?: boolean;
  /** Whether the focus returns to the element that opened it. */
  returnFocus?: boolean;
  children: ReactNode;
}

/** A dialog over the page. Its content is mounted again each time it opens. */
export function Dialog({
  opened,
  onClose,
  title,
  size = 'md',
  closable = true,
  withCloseButton = closable,
  returnFocus = true,
  children,
}: DialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      size={size}
      centered
      closeOnClickOutside={closable}
      closeOnEscape={closable}
      withCloseButton={withCloseButton}
      returnFocus={returnFocus}
      closeButtonProps={{ 'aria-label': 'Close' }}
      // While the dialog fades out, the state that its content shows may already be gone.
      transitionProps={{ duration: 150, exitDuration: 0 }}
      classNames={{ title: classes.title }}
      // Without it a screen reader announces a second banner beside the page's header.
      attributes={{ header: { role: 'presentation' } }}
    >
      {children}
    </Modal>
  );
}
