import type { ProfileGuest } from '../data/contract/profile.ts';
import type { Notes } from './notes.ts';
import { type Reader, readText } from './reader.ts';

type Model = NonNullable<ProfileGuest['model']>;

interface Found {
  readonly name: string | null;
  readonly model: Model;
}

const MOST_PROCESSES = 100_000;
const MOST_GUESTS = 4096;
const MOST_BYTES = 256 * 1024;
const STATUS_FOLDERS = ['run/libvirt/qemu', 'var/run/libvirt/qemu'];

/** @returns what follows an option, as its own word or behind `=`. */
function valueBehind(words: readonly string[], option: string): string | null {
  for (const [at, word] of words.entries()) {
    if (word === option || word === `-${option}`) return words[at + 1] ?? null;
    if (word.startsWith(`-${option}=`)) return word.slice(option.length + 2);
  }
  return null;
}

/** `guest=web-1,debug-threads=on` or `web-1`. */
function qemuName(words: readonly string[]): string | null {
  const text = valueBehind(words, '-name');
  if (text === null) return null;
  const parts = text.split(',');
  return parts.find((part) => part.startsWith('guest='))?.slice('guest='.length) ?? (parts[0]?.includes('=') ? null : (parts[0] ?? null));
}

/** A model by name is what libvirt makes of host-model, too: the guest has got a list of features, fixed when it started. */
function qemuModel(words: readonly string[]): Model {
  const model = valueBehind(words, '-cpu')?.split(',', 1)[0];
  return model === 'host' || model === 'max' ? 'host-passthrough' : 'custom';
}

const accelerated = (words: readonly string[]): boolean =>
  words.includes('-enable-kvm') || words.includes('--enable-kvm') || words.some((word) => /(?:^|accel=|:)kvm(?:[,:]|$)/.test(word));

/** @returns the guest that a process runs, or null where it runs none by KVM. */
export function guestOfProcess(words: readonly string[]): Found | null {
  const program = words[0]?.split('/').pop() ?? '';
  if (/^(qemu-system-(x86_64|i386)|qemu-kvm|kvm)$/.test(program)) {
    return accelerated(words) || program.endsWith('kvm') ? { name: qemuName(words), model: qemuModel(words) } : null;
  }
  // Both give their guests what KVM offers, the one perhaps less a template.
  if (program === 'firecracker') return { name: valueBehind(words, '--id'), model: 'host-passthrough' };
  return program === 'cloud-hypervisor' ? { name: null, model: 'host-passthrough' } : null;
}

function fromProcesses(reader: Reader): Found[] {
  const numbers = reader.list('proc').filter((name) => /^\d{1,10}$/.test(name));
  const found: Found[] = [];
  for (const number of numbers.slice(0, MOST_PROCESSES).sort((a, b) => Number(a) - Number(b))) {
    const bytes = reader.read(`proc/${number}/cmdline`, MOST_BYTES);
    if (typeof bytes === 'string' || bytes.length === 0 || found.length >= MOST_GUESTS) continue;
    const guest = guestOfProcess(new TextDecoder().decode(bytes).split('\0'));
    if (guest) found.push(guest);
  }
  return found;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** libvirt's own record of a running domain; only its name and how its CPU was asked for are looked at. */
function fromLibvirt(reader: Reader): Found[] {
  const folder = STATUS_FOLDERS.find((path) => reader.list(path).some((name) => name.endsWith('.xml')));
  if (!folder) return [];
  const files = reader.list(folder).filter((name) => name.endsWith('.xml'));
  return files.slice(0, MOST_GUESTS).flatMap((file) => {
    const text = readText(reader, `${folder}/${file}`, MOST_BYTES) ?? '';
    const name = /<name>([^<]{1,200})<\/name>/.exec(text)?.[1]?.replace(/&(amp|lt|gt|quot|apos);/g, (_, entity: string) => ENTITIES[entity] ?? '');
    const mode = /<cpu\b[^>]{0,200}\bmode=['"](host-passthrough|maximum|host-model|custom)['"]/.exec(text)?.[1];
    const model: Model = mode === 'maximum' ? 'host-passthrough' : ((mode as Model | undefined) ?? 'custom');
    return name === undefined || !/<domain\b[^>]{0,500}type=['"]kvm['"]/.test(text) ? [] : [{ name, model }];
  });
}

/** Rows of results are found by name, so no two guests may share one. */
function named(found: readonly Found[]): ProfileGuest[] {
  const taken = new Set<string>();
  return found.map(({ name, model }, at) => {
    const wanted = name?.trim() || `guest-${at + 1}`;
    let free = wanted;
    for (let number = 2; taken.has(free); number += 1) free = `${wanted}-${number}`;
    taken.add(free);
    return { name: free, model };
  });
}

/**
 * Lists the guests that run by KVM, from their processes or, where those are not to be seen, from what libvirt keeps of them.
 * @param notes takes that the features of the guests are not known
 */
export function readGuests(reader: Reader, notes: Notes): ProfileGuest[] {
  const processes = fromProcesses(reader);
  const libvirt = fromLibvirt(reader);
  const byName = new Map(libvirt.map((guest) => [guest.name, guest.model]));
  const known = new Set(processes.map(({ name }) => name));
  const all = [...processes.map((guest) => ({ ...guest, model: byName.get(guest.name) ?? guest.model })), ...libvirt.filter(({ name }) => !known.has(name))];
  if (all.length > 0) notes.say(`${all.length} running guest${all.length === 1 ? '' : 's'}: which CPUID each was given is not read`);
  return named(all);
}
