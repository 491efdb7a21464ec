import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readlinkSync, readSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { type Device, type Failure, failed, type Reader, TEXT_BYTES } from './reader.ts';

/** Device numbers of Linux (Documentation/admin-guide/devices.txt): 202 is msr, 203 cpuid. Reading any other device may do anything. */
const MAJORS: Readonly<Record<string, number>> = { msr: 202, cpuid: 203 };
const MOST_LINKS = 40;
const MOST_NAMES = 200_000;
const CHUNK = 256 * 1024;

function failureOf(error: unknown): Failure {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENXIO' || code === 'ENODEV') return 'missing';
  if (code === 'EACCES' || code === 'EPERM') return 'denied';
  return code === 'EIO' ? 'fault' : 'failed';
}

/**
 * Follows a path inside of a tree that was copied or mounted from elsewhere: its links mean that tree, not this machine.
 * @returns the path on this machine without any link in it; null for a loop
 */
function inside(root: string, path: string): string | null {
  const waiting = path.split('/').reverse();
  const done: string[] = [];
  let links = 0;
  while (waiting.length > 0) {
    const name = waiting.pop() as string;
    if (name === '' || name === '.') continue;
    if (name === '..') {
      done.pop();
      continue;
    }
    const here = join(root, ...done, name);
    if (!lstatSync(here).isSymbolicLink()) {
      done.push(name);
      continue;
    }
    links += 1;
    if (links > MOST_LINKS) return null;
    const target = readlinkSync(here);
    if (target.startsWith('/')) done.length = 0;
    waiting.push(...target.split('/').reverse());
  }
  return join(root, ...done);
}

/** Opens what is there without ever waiting for it, as a pipe in a foreign tree would make us. */
function openAs(root: string, path: string, wanted: (status: Stats) => boolean): number | Failure {
  try {
    const place = root === '/' ? join(root, path) : inside(root, path);
    if (place === null) return 'failed';
    const descriptor = openSync(place, constants.O_RDONLY | constants.O_NONBLOCK);
    if (wanted(fstatSync(descriptor))) return descriptor;
    closeSync(descriptor);
    return 'failed';
  } catch (error) {
    return failureOf(error);
  }
}

/** Files of /proc do not know their size, and an mmap of /sys may be a page: what counts is what comes out. */
function readUpTo(descriptor: number, limit: number): Uint8Array | Failure {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    while (size < limit) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK, limit - size));
      const got = readSync(descriptor, chunk, 0, chunk.length, null);
      if (got === 0) break;
      chunks.push(chunk.subarray(0, got));
      size += got;
    }
    return Buffer.concat(chunks);
  } catch (error) {
    return failureOf(error);
  } finally {
    closeSync(descriptor);
  }
}

function deviceOf(descriptor: number): Device {
  return {
    at: (position, length) => {
      try {
        const bytes = Buffer.alloc(length);
        return readSync(descriptor, bytes, 0, length, position) === length ? bytes : 'failed';
      } catch (error) {
        return failureOf(error);
      }
    },
    close: () => closeSync(descriptor),
  };
}

/** The device is looked at before it is opened: opening a watchdog or a tape already does something. */
function openDevice(root: string, path: string): Device | Failure {
  const major = MAJORS[path.split('/').pop() ?? ''];
  const isIt = (status: Stats): boolean => status.isCharacterDevice() && ((status.rdev >> 8) & 0xfff) === major;
  try {
    const place = root === '/' ? join(root, path) : inside(root, path);
    if (place === null || !isIt(lstatSync(place))) return 'failed';
  } catch (error) {
    return failureOf(error);
  }
  const descriptor = openAs(root, path, isIt);
  return failed(descriptor) ? descriptor : deviceOf(descriptor);
}

/**
 * A reader of this machine or of another's tree.
 * @param root `/`, or the folder of a sosreport or of a host's mount; nothing outside of it is ever read
 */
export function nodeReader(root: string): Reader {
  return {
    read: (path, limit = TEXT_BYTES) => {
      const descriptor = openAs(root, path, (status) => status.isFile());
      return failed(descriptor) ? descriptor : readUpTo(descriptor, limit);
    },
    list: (path) => {
      try {
        const place = root === '/' ? join(root, path) : inside(root, path);
        return place === null ? [] : readdirSync(place).slice(0, MOST_NAMES).sort();
      } catch {
        return [];
      }
    },
    open: (path) => openDevice(root, path),
  };
}
