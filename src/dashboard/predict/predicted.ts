import type { OrderedFile } from '../../spectra/ordered-file.ts';
import type { Judgement } from '../ui/judgement.ts';

/** A prediction, what it was made from, and its log. */
export interface Predicted extends Judgement {
  sampleName: string;
  value?: number | null | undefined;
  category?: string | null | undefined;
  /** The name of the file. */
  file: string;
  line: number | null;
  /** What was done with the spectrum's axis before it was sent. */
  order: OrderedFile['order'];
  logId: string;
  /** When the call was made. */
  at: Date;
}
