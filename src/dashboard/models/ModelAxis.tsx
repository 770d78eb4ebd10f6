import { Button } from '@mantine/core';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { axisOf, type Model, titleOf } from './model.ts';

const SetXAxis = lazy(() => import('./SetXAxis').then(({ SetXAxis }) => ({ default: SetXAxis })));

interface ModelAxisProps {
  model: Model;
  /** Whether the viewer may set a missing one. */
  canSet: boolean;
}

/** The x axis of a model; without one the word "none", and a button that sets it. */
export function ModelAxis({ model, canSet }: ModelAxisProps) {
  const [dialog, setDialog] = useState<'never opened' | 'open' | 'closed'>('never opened');
  const shown = useRef<HTMLSpanElement>(null);
  const hadDialog = dialog !== 'never opened';
  // The button that had the focus is gone once the axis is set.
  useEffect(() => {
    if (model.xAxis && hadDialog) shown.current?.focus();
  }, [model.xAxis, hadDialog]);
  return (
    <>
      <span ref={shown} tabIndex={-1} style={{ outline: 'none' }}>
        {axisOf(model) ?? 'none'}
      </span>
      {!model.xAxis && canSet && (
        <Button
          size="compact-xs"
          variant="default"
          ml={8}
          aria-label={`Set x axis of ${titleOf(model)}`}
          onClick={() => setDialog('open')}
        >
          Set x axis
        </Button>
      )}
      {hadDialog && (
        <Suspense>
          <SetXAxis model={model} opened={dialog === 'open'} onClose={() => setDialog('closed')} />
        </Suspense>
      )}
    </>
  );
}
