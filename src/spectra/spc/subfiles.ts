/** Where the subfiles of an SPC file are, checked against its size before anything is read. */
import { checkPoints } from '../file-spectra.ts';
import { refuse } from '../problems.ts';
import { type SpcHeader, SUBHEADER_SIZE } from './header.ts';

/** The place of a spectrum. `x` is null where all share one axis. */
export interface Subfile {
  header: number;
  x: number | null;
  y: number;
  points: number;
}

const DIRECTORY_ENTRY_SIZE = 12;

/**
 * The subfiles in their order.
 *
 * With a common axis the header and the size of the file must agree to the byte, as a wrong number of points would
 * also stretch the axis.
 */
export function locateSubfiles(view: DataView, header: SpcHeader): Subfile[] {
  const { isMultiFile, subfiles } = header;
  if (!isMultiFile && (subfiles ?? 1) > 1) {
    refuse(
      null,
      `The header contradicts itself: it states ${subfiles} subfiles, but not a multifile. Export it again.`,
    );
  }
  if (isMultiFile && subfiles === 0)
    refuse(null, 'The header states a multifile without subfiles. Export it again.');
  return header.hasOwnX ? locateWithOwnX(view, header) : locateWithCommonX(view, header);
}

const valueSizeOf = (header: SpcHeader) => (header.is16Bit ? 2 : 4);

function locateWithCommonX(view: DataView, header: SpcHeader): Subfile[] {
  const { points, hasCommonX, dataOffset, logOffset } = header;
  if (!Number.isInteger(points) || points < 1)
    refuse(null, `The header states ${points} points. Export the file again.`);
  checkPoints(points, 0, null);
  const start = dataOffset + (hasCommonX ? 4 * points : 0);
  const size = SUBHEADER_SIZE + points * valueSizeOf(header);
  const dataEnd = logOffset === 0 ? view.byteLength : logOffset;
  const count = countSubfiles(header, (dataEnd - start) / size);
  const end = start + count * size;
  if (end !== dataEnd || end > view.byteLength) {
    const announced = `${count} ${count === 1 ? 'spectrum' : 'spectra'} of ${points} points`;
    const place = logOffset === 0 ? '' : `, and its log at byte ${logOffset}`;
    const what = end > view.byteLength ? 'The file is cut off' : 'The header does not fit the file';
    refuse(
      null,
      `${what}: it announces ${announced}, which end at byte ${end}${place}; it has ${view.byteLength} bytes.`,
    );
  }
  checkPoints(points, points * (count - 1), null);
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * size;
    return { header: at, x: null, y: at + SUBHEADER_SIZE, points };
  });
}

function countSubfiles({ isMultiFile, subfiles, isOld }: SpcHeader, fitting: number): number {
  if (!isMultiFile) return 1;
  // The header of the old format has no number of subfiles: they fill the file.
  return isOld ? Math.max(1, Math.ceil(fitting)) : (subfiles ?? 1);
}

function locateWithOwnX(view: DataView, header: SpcHeader): Subfile[] {
  const { isMultiFile, littleEndian, dataOffset } = header;
  const count = isMultiFile ? (header.subfiles ?? 1) : 1;
  // A file that is not a multifile has no directory, whatever stands there.
  const directory = isMultiFile ? header.points : 0;
  const directoryEnd = directory + count * DIRECTORY_ENTRY_SIZE;
  if (directory !== 0 && (directory < dataOffset || directoryEnd > view.byteLength)) {
    const place = `at byte ${directory} with ${count} entries`;
    refuse(null, `The file is cut off: its directory is ${place}; it has ${view.byteLength} bytes.`);
  }
  const subfiles: Subfile[] = [];
  let next = dataOffset;
  let pointsSoFar = 0;
  let bytesSoFar = dataOffset;
  for (let index = 0; index < count; index++) {
    const entry = directory + index * DIRECTORY_ENTRY_SIZE;
    const at = directory === 0 ? next : view.getUint32(entry, littleEndian);
    const points = pointsAt(view, header, at, index);
    checkPoints(points, pointsSoFar, null);
    pointsSoFar += points;
    const x = at + SUBHEADER_SIZE;
    const y = x + 4 * points;
    next = y + points * valueSizeOf(header);
    if (next > view.byteLength) {
      refuse(
        null,
        `The file is cut off: spectrum ${index + 1} ends at byte ${next}; it has ${view.byteLength} bytes.`,
      );
    }
    // A directory could name the same bytes again and again.
    bytesSoFar += next - at;
    if (bytesSoFar > view.byteLength) refuse(null, 'The spectra of the file overlap. Export the file again.');
    subfiles.push({ header: at, x, y, points });
  }
  return subfiles;
}

function pointsAt(view: DataView, header: SpcHeader, at: number, index: number): number {
  if (at < header.dataOffset || at + SUBHEADER_SIZE > view.byteLength) {
    const place = `spectrum ${index + 1} would begin at byte ${at}`;
    refuse(null, `The file is cut off or damaged: ${place}; it has ${view.byteLength} bytes.`);
  }
  const points = view.getUint32(at + 16, header.littleEndian);
  if (points === 0) refuse(null, `Spectrum ${index + 1} has no points. Export the file again.`);
  return points;
}
