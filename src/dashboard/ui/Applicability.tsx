import { Box } from '@mantine/core';
import { CircleCheck, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import classes from './Applicability.module.css';
import { describeOutside, isJudged, type Judgement, type ReferenceRange } from './judgement.ts';

interface ApplicabilityProps {
  judgement: Judgement;
  /** The range of the calibration's reference values, to be named beside a value outside it. */
  range?: ReferenceRange | null | undefined;
}

/** A word and a mark: whether the calibration of the model covers a spectrum and its value. Nothing if it is unknown. */
export function Applicability({ judgement, range }: ApplicabilityProps) {
  if (!isJudged(judgement)) return null;
  const sentences = describeOutside(judgement, range ?? {});
  if (sentences.length > 0) return <Caution>{sentences.join('; ')}</Caution>;
  return (
    <Box fz="sm" c="dimmed" className={`${classes.mark} ${classes.inside}`}>
      <CircleCheck size={15} aria-hidden="true" />
      <span>inside</span>
    </Box>
  );
}

/** Words with the mark of a warning: something is outside the calibration. */
export function Caution({ children }: { children: ReactNode }) {
  return (
    <Box fz="sm" className={`${classes.mark} ${classes.outside}`}>
      <TriangleAlert size={15} aria-hidden="true" />
      <span>{children}</span>
    </Box>
  );
}
