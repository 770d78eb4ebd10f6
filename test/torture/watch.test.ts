import { expect, test } from 'vitest';
import { createKey, openLab, recordOf, startServiceForTest } from '../harness.ts';
import { report } from '../report.ts';
import { killRepeatedly, makeFolders } from '../watcher.ts';
import { scaled } from './rounds.ts';

test('a folder watcher that is killed again and again loses no file and is charged once for each', async () => {
  const [files, kills] = [scaled(1000, 100), scaled(100, 10)];
  const service = await startServiceForTest();
  const { owner, deploymentId } = await openLab(service, 'ENTERPRISE');
  const { rawKey } = await createKey(service, owner, { deploymentId });
  const folders = makeFolders();
  const killed = await killRepeatedly(
    folders,
    { server: service.url, deploymentId, rawKey },
    { files, kills },
  );
  const found = {
    killed,
    waiting: folders.list().length,
    done: folders.list('done').length,
    failed: folders.list('failed').length,
    unclear: folders.list('unclear').length,
    outputs: folders.list('out').filter(name => /\.csv\.(csv|json)$/.test(name)).length,
    ...(await recordOf(service, deploymentId)),
  };
  report(`a folder watcher, ${files} files, ${kills} kills`, found);
  expect(found).toEqual({
    killed: kills,
    waiting: 0,
    done: files,
    failed: 0,
    unclear: 0,
    outputs: 2 * files,
    charged: files,
    logged: files,
  });
});
