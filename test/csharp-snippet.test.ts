import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from './commands.ts';
import { snippetKeepsItsPromises } from './snippet-runs.ts';

const execute = promisify(execFile);

snippetKeepsItsPromises('C#', {
  door: 'rest',
  language: 'csharp',
  async run(code, env) {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'Predict.cs'), code);
    const [, command = ''] = /^\/\/ (mcs .*)$/m.exec(code) ?? [];
    const [program = '', ...options] = command.split(' ');
    // C# 6 is what compilers for .NET Framework 4.6 know.
    await execute(program, ['-langversion:6', '-warnaserror', ...options], { cwd: folder });
    const { stdout } = await execute('mono', ['Predict.exe'], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, ...env },
    });
    return stdout;
  },
  zeros: 'new double[401]',
  write: values => `new double[] { ${values.join(', ')} }`,
  axis: '// x_values = new double[] { 900, ..., 1700 },',
  writeAxis: values => `x_values = new double[] { ${values.join(', ')} },`,
  isProgram: true,
});
