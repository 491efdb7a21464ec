import assert from 'node:assert/strict';
import test from 'node:test';
import { loaderOptions } from '../../src/microcode/loader-options.ts';

test('force_minrev is a module parameter in 6.12, a word of microcode= in 7.2, and nothing in 6.1', () => {
  const forced = (line: '6.1' | '6.12' | '7.2', cmdline: string): boolean => loaderOptions(line, cmdline).forceMinrev;
  for (const cmdline of ['microcode.force_minrev', 'quiet microcode.force_minrev=1', 'microcode.force_minrev=Y', 'microcode.force_minrev=on']) {
    assert.deepEqual([forced('6.1', cmdline), forced('6.12', cmdline), forced('7.2', cmdline)], [false, true, false], cmdline);
  }
  for (const cmdline of ['microcode.force_minrev=0', 'microcode.force_minrev=1 microcode.force_minrev=off', 'xmicrocode.force_minrev=1', '']) {
    assert.equal(forced('6.12', cmdline), false, cmdline);
  }
  for (const cmdline of ['microcode.force-minrev=t', 'microcode.force_minrev=1 microcode.force_minrev=maybe'])
    assert.equal(forced('6.12', cmdline), true, cmdline);
  const builtIn = (line: '6.1' | '6.12' | '7.2', cmdline: string): boolean => loaderOptions(line, cmdline, true).forceMinrev;
  assert.deepEqual([builtIn('6.1', ''), builtIn('6.12', ''), builtIn('6.12', 'microcode.force_minrev=n'), builtIn('7.2', '')], [false, true, false, true]);
  assert.deepEqual([forced('7.2', `microcode=${'x'.repeat(50)},force_minrev`), forced('7.2', `microcode=${'x'.repeat(51)},force_minrev`)], [true, false]);
  assert.deepEqual(
    [forced('7.2', 'microcode=force_minrev'), forced('7.2', 'microcode=base_rev=0x1,force_minrev'), forced('7.2', 'microcode=force')],
    [true, true, false],
  );
});

test('the digest check is on unless it is switched off', () => {
  assert.equal(loaderOptions('7.2', '').shaCheck, true);
  assert.equal(loaderOptions('7.2', 'microcode.amd_sha_check=off').shaCheck, false);
  assert.equal(loaderOptions('7.2', 'microcode.amd_sha_check=off microcode.amd_sha_check=on').shaCheck, true);
});
