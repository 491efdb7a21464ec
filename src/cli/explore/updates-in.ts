import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import type { Blob } from '../../data/contract/blob.ts';
import type { ListedUpdate, PathEntry } from '../../explore/outside.ts';
import { detectFormat } from '../../microcode/detect-format.ts';
import { toListEntries } from '../../microcode/to-list-entries.ts';
import { readMicrocode } from '../blob/read-microcode.ts';
import { withHome } from './list-path.ts';

/** Enough to tell what a file is. */
const HEAD = 256;
/** No descriptor is larger. */
const DESCRIPTOR_BYTES = 1024 * 1024;

/** Files by name, size and time: a folder is listed again with every letter that is typed. */
const KNOWN = new Map<string, readonly ListedUpdate[] | undefined>();

function head(file: string): Uint8Array {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = new Uint8Array(HEAD);
    return bytes.subarray(0, readSync(descriptor, bytes, 0, HEAD, 0));
  } finally {
    closeSync(descriptor);
  }
}

/** A descriptor's own word; whoever picks it has it validated. */
function described(file: string, size: number): readonly ListedUpdate[] {
  if (size > DESCRIPTOR_BYTES) return [];
  try {
    const { schema, title, vendor, revision, date, applies } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Blob> & { schema?: unknown };
    if (schema !== 'cpueval/blob/1' || vendor === undefined || !Array.isArray(applies)) return [];
    return [{ name: file, title: String(title ?? ''), vendor, revision: revision ?? null, date: date ?? null, applies }];
  } catch {
    return [];
  }
}

/** @returns the updates in a file; undefined where it takes more than a look to tell: compressed files, archives, text forms. */
async function updatesIn(file: string, size: number): Promise<readonly ListedUpdate[] | undefined> {
  if (file.endsWith('.json')) return described(file, size);
  const format = detectFormat(head(file), file);
  if (format === 'unknown' || format === 'empty') return [];
  if (format !== 'intel' && format !== 'intel-scan' && format !== 'amd') return undefined;
  const { files } = await readMicrocode([file], { digests: 'amd', keepBytes: false });
  return toListEntries(files).map(({ vendor, revision, date, applies }) => ({
    name: file,
    title: '',
    vendor: vendor as ListedUpdate['vendor'],
    revision,
    date,
    applies: applies as ListedUpdate['applies'],
  }));
}

async function looked(entry: PathEntry): Promise<PathEntry> {
  if (entry.folder) return entry;
  try {
    const file = withHome(entry.path);
    const { size, mtimeMs } = statSync(file);
    const key = `${mtimeMs} ${size} ${file}`;
    if (!KNOWN.has(key)) KNOWN.set(key, await updatesIn(file, size));
    const updates = KNOWN.get(key);
    return updates === undefined ? entry : { ...entry, updates };
  } catch {
    // It cannot be read now: whoever picks it is told why.
    return entry;
  }
}

/**
 * Looks into the files of a folder.
 * @param entries of a path that is being typed
 * @returns the same entries, files with the updates in them
 */
export async function withUpdates(entries: readonly PathEntry[]): Promise<readonly PathEntry[]> {
  const found: PathEntry[] = [];
  for (const entry of entries) found.push(await looked(entry));
  return found;
}
