/**
 * Runs a deletion until it deletes fewer rows than a batch, so that no statement holds its locks for long.
 *
 * @param run deletes at most `batchRows` rows, and returns how many
 */
export async function deleteInBatches(batchRows: number, run: () => Promise<bigint>): Promise<void> {
  let deleted: bigint;
  do {
    deleted = await run();
  } while (deleted === BigInt(batchRows));
}
