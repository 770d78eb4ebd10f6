import { Skeleton } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { Dialog } from '../ui/Dialog';
import type { RegistrationProps } from './Registration';

const Registration = lazy(() =>
  import('./Registration').then(({ Registration }) => ({ default: Registration })),
);

interface RegisterModelProps extends Omit<RegistrationProps, 'onSending'> {
  opened: boolean;
}

/** The dialog that registers a model. */
export function RegisterModel({ opened, onClose, ...props }: RegisterModelProps) {
  const [sending, setSending] = useState(false);
  return (
    // A click outside the dialog does not abort an upload; its Cancel button does.
    <Dialog opened={opened} onClose={onClose} title="Register a model" closable={!sending}>
      <Suspense fallback={<Skeleton h={480} />}>
        <Registration {...props} onClose={onClose} onSending={setSending} />
      </Suspense>
    </Dialog>
  );
}
