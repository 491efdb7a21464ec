import { escapeControl } from '../base/escape.ts';
import type { ListEntry, ListTarget } from '../microcode/to-list-entries.ts';
import type { UpdateRecord } from '../microcode/update-record.ts';
import type { Style } from './blob-columns.ts';
import { count, rangesOf } from './blob-list.ts';

/** An update with everything its header says: a list entry and the vendor's own fields. */
export type ShownUpdate = ListEntry & { readonly intel: UpdateRecord['intel']; readonly amd: UpdateRecord['amd'] };

export interface ShownFile {
  readonly file: string;
  readonly format: string;
  readonly integrity: string;
  readonly updates: readonly ShownUpdate[];
}

const WIDTH = 18;
const field = (name: string, value: string): string => `  ${name.padEnd(WIDTH)}${escapeControl(value)}\n`;

function targetText(target: ListTarget): string {
  if ('equivalenceId' in target) return `${target.signature} (equivalence id ${target.equivalenceId})`;
  return `${target.signature} (${target.platformIds.length === 0 ? 'no platform flags' : `platform ${rangesOf(target.platformIds)}, flags ${target.platformFlags}`})`;
}

function minimumText(entry: ListEntry): string {
  if (entry.minRevisionKind === null) return 'none declared';
  const reader = entry.minRevisionKind === 'intel-header' ? 'Linux compares it before a late load' : 'Xen compares it, Linux does not read it';
  return `${entry.minRevision} (${reader})`;
}

function vendorFields({ intel, amd }: ShownUpdate): string {
  if (intel !== null) {
    const meta = intel.meta.map(({ type, size }) => `type ${type}, ${size} bytes`).join('; ');
    const versions = field('header, loader', `version ${intel.headerVersion}, version ${intel.loaderVersion}`);
    const sums = field('checksum field', `0x${intel.checksumField.toString(16).padStart(8, '0')}`);
    const extended = intel.extendedSignatures === 0 ? '' : field('signature table', count(intel.extendedSignatures, 'entry').replace('entrys', 'entries'));
    return versions + sums + extended + (intel.metaSize === 0 ? '' : field('meta area', `${intel.metaSize} bytes${meta === '' ? '' : `: ${meta}`}`));
  }
  if (amd === null) return '';
  const field0c = field('field at 0x0c', `0x${amd.checksumField.toString(16).padStart(8, '0')}`);
  return field('container', `${amd.container}`) + field('equivalence id', `0x${amd.equivalenceId.toString(16)}`) + field0c;
}

function updateText(entry: ShownUpdate, style: Style): string {
  const title = `revision ${entry.revision}${entry.codename === null ? '' : `  ${entry.codename}`}`;
  const flaws = entry.flaws.length === 0 ? '' : style.bad(field('flaws', entry.flaws.join(', ')));
  const again = entry.duplicateOf === null ? '' : field('same bytes as', `${entry.duplicateOf.file} at 0x${entry.duplicateOf.offset.toString(16)}`);
  return (
    `${style.heading(escapeControl(title))}\n` +
    entry.applies.map((target, index) => field(index === 0 ? 'for' : '', targetText(target))).join('') +
    field('date', entry.date ?? 'none') +
    field('size', `${entry.size} bytes at offset 0x${entry.offset.toString(16)}${entry.vendor === 'GenuineIntel' ? `, ${entry.dataSize} of data` : ''}`) +
    field('minimum revision', minimumText(entry)) +
    field('checksum', entry.checksumKind === 'none' ? 'AMD patches carry none' : entry.checksum) +
    vendorFields(entry) +
    field('sha256', entry.sha256 ?? 'not all bytes are there') +
    flaws +
    again
  );
}

/**
 * `blob show` for people: every field of every update.
 * @param files in the order given
 * @param style colours
 */
export function blobShowText(files: readonly ShownFile[], style: Style): string {
  return files
    .map(({ file, format, integrity, updates }) => {
      const head = `${style.heading(escapeControl(file))}: ${count(updates.length, 'update')}, ${format}, ${integrity}\n`;
      return [head, ...updates.map((entry) => updateText(entry, style))].join('\n');
    })
    .join('\n');
}
