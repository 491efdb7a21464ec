import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { nodeReader } from '../../src/capture/node-reader.ts';
import { type Reader, readText } from '../../src/capture/reader.ts';

interface Tree {
  readonly root: string;
  readonly outside: string;
  readonly reader: Reader;
  write(path: string, content: string): void;
  link(path: string, target: string): void;
}

function tree(t: TestContext): Tree {
  const base = mkdtempSync(join(tmpdir(), 'cpueval-tree-'));
  t.after(() => rmSync(base, { recursive: true, force: true }));
  const root = join(base, 'root');
  const place = (path: string): string => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    return join(root, path);
  };
  mkdirSync(root);
  writeFileSync(join(base, 'outside'), 'outside');
  return {
    root,
    outside: join(base, 'outside'),
    reader: nodeReader(root),
    write: (path, content) => writeFileSync(place(path), content),
    link: (path, target) => symlinkSync(target, place(path)),
  };
}

test('files, folders, limits and what is not there', (t) => {
  const { reader, write } = tree(t);
  write('proc/cmdline', 'quiet');
  write('proc/b', '');
  assert.equal(readText(reader, 'proc/cmdline'), 'quiet');
  assert.equal(readText(reader, 'proc/cmdline', 2), 'qu');
  assert.deepEqual(reader.list('proc'), ['b', 'cmdline']);
  assert.deepEqual(reader.list('proc/cmdline'), []);
  assert.equal(reader.read('proc/none'), 'missing');
  assert.equal(reader.read('proc/cmdline/x'), 'missing');
  assert.equal(reader.read('proc'), 'failed');
});

test('links mean the tree they stand in, and lead nowhere else', (t) => {
  const { reader, write, link, outside } = tree(t);
  write('run/libvirt/qemu/a.xml', 'a');
  link('var/run', '/run');
  link('proc/up', '../../../../../../../../etc/hostname');
  link('proc/out', outside);
  link('loop/a', 'b');
  link('loop/b', 'a');
  link('proc/near', './../run/libvirt/qemu/a.xml');
  assert.deepEqual(reader.list('var/run/libvirt/qemu'), ['a.xml']);
  assert.equal(readText(reader, 'proc/near'), 'a');
  assert.equal(reader.read('proc/up'), 'missing');
  assert.equal(reader.read('proc/out'), 'missing');
  assert.equal(reader.read('../outside'), 'missing');
  assert.equal(reader.read('loop/a'), 'failed');
});

test('a pipe is not waited for, and a file or another device is no CPU', (t) => {
  const { root, reader, write, link } = tree(t);
  write('dev/cpu/0/cpuid', 'x'.repeat(64));
  link('dev/cpu/1/cpuid', '/dev/zero');
  assert.equal(reader.open('dev/cpu/0/cpuid'), 'failed');
  assert.equal(reader.open('dev/cpu/1/cpuid'), 'missing');
  assert.equal(nodeReader('/').open('dev/zero'), 'failed');
  assert.equal(nodeReader('/').read('dev/zero', 16), 'failed');
  mkdirSync(join(root, 'proc'));
  const made = spawnSync('mkfifo', [join(root, 'proc/cpuinfo'), join(root, 'dev/cpu/0/msr')]);
  if (made.status !== 0) return t.skip('no mkfifo here');
  assert.equal(reader.read('proc/cpuinfo'), 'failed');
  assert.equal(reader.open('dev/cpu/0/msr'), 'failed');
});

test('this machine: the CPUID device answers what a vendor is', (t) => {
  const device = nodeReader('/').open('dev/cpu/0/cpuid');
  if (typeof device === 'string') return t.skip(`no CPUID device here (${device})`);
  const leaf0 = device.at(0n, 16);
  assert.equal(typeof leaf0, 'object');
  const bytes = Buffer.from(leaf0 as Uint8Array);
  assert.match(bytes.toString('latin1', 4, 8) + bytes.toString('latin1', 12, 16) + bytes.toString('latin1', 8, 12), /^[ -~]{12}$/);
  // Above 32 bits the position is the subleaf: leaf 0xd has another answer there.
  if (bytes.readUInt32LE(0) >= 0xd) assert.notDeepEqual(device.at(0xdn, 16), device.at((2n << 32n) | 0xdn, 16));
  device.close();
});

test('this machine: files that do not know their size are read whole', (t) => {
  if (!existsSync('/proc/self/status')) return t.skip('no /proc here');
  assert.match(readText(nodeReader('/'), 'proc/self/status') ?? '', /^Name:[\s\S]*nonvoluntary_ctxt_switches/);
});
