import type { Boot } from '../boot/boot.ts';
import type { Thread } from '../model/machine.ts';
import { cutoffRevision, verifyDigest } from './amd-patch-id.ts';
import { containerFlaw, keptByLoader, patchFits, patchLevel } from './amd-request.ts';
import { intelCpu, intelFit } from './intel-match.ts';
import { bdxErratum, gnrErratum } from './intel-request.ts';
import { bootShown, bootSilicon, type LoadCase, onlineThreads } from './load-case.ts';
import { blocks, colours, type LoadReason } from './load-decision.ts';
import { forceMinrev } from './loader-switches.ts';
import type { OfferedUpdate } from './offered-file.ts';

const INTEGRITY: Readonly<Record<string, string>> = {
  'second-container': 'second-container',
  'truncated-header': 'truncated',
  'truncated-file': 'truncated',
  'truncated-container': 'truncated',
  'truncated-table': 'truncated',
  'truncated-section': 'truncated',
  'truncated-patch': 'truncated',
  'bad-table-checksum': 'bad-checksum',
  'bad-data-checksum': 'bad-checksum',
  'bad-signature-checksum': 'bad-checksum',
};

/**
 * CPUs that keep the load from starting: on 6.1 every primary that is present must be online, later only those that were
 * online once (core.c check_online_cpus(), setup_cpus()).
 */
export function offlinePrimaries(b: Boot, threads: readonly Thread[]): readonly Thread[] {
  const counted = threads.filter((thread) => thread.booted || !b.trait('microcode-rendezvous'));
  return counted.filter((thread) => thread.thread === 0 && !thread.online).sort((x, y) => x.number - y.number);
}

function cpuReasons(c: LoadCase): LoadReason[] {
  const reasons: LoadReason[] = [];
  const primaries = offlinePrimaries(c.b, c.threads).map((thread) => thread.number);
  if (primaries.length > 0) reasons.push(blocks('primary-cpu-offline', { cpus: primaries.map(String) }));
  const siblings = c.threads.filter((thread) => thread.thread !== 0 && thread.booted && !thread.online);
  // Intel's offline siblings answer the NMI, 6.1 does not wait for them: both only leave them aside.
  if (siblings.length > 0 && c.b.cpu.vendor === 'AMD' && c.b.trait('microcode-rendezvous'))
    reasons.push(blocks('smt-sibling-offline', { cpus: siblings.map((thread) => String(thread.number)) }));
  return reasons;
}

function fileReasons(c: LoadCase): LoadReason[] {
  const { file } = c;
  if (!file.present) return [blocks('no-file')];
  const vendor = c.b.cpu.vendor === 'AMD' ? 'AuthenticAMD' : 'GenuineIntel';
  if (file.vendor !== null && file.vendor !== vendor) return [blocks('other-vendor', { vendor: file.vendor })];
  const flaw = vendor === 'AuthenticAMD' ? containerFlaw(c) : (file.flaw?.flaw ?? null);
  return flaw === null ? [] : [blocks(INTEGRITY[flaw] ?? 'bad-header', { flaw, offset: file.flaw?.offset ?? 0 })];
}

function minrevReason(c: LoadCase, update: OfferedUpdate): LoadReason[] {
  if (!c.b.trait('microcode-minrev')) return [];
  const current = c.b.cpu.revision;
  if (update.minRevision !== 0 && current >= update.minRevision) return [];
  const make = forceMinrev(c.b) ? blocks : colours;
  return [make('minrev', { minRevision: update.minRevision, current })];
}

function intelReasons(c: LoadCase): LoadReason[] {
  const reasons: LoadReason[] = [];
  if (bdxErratum(c)) reasons.push(blocks('erratum-bdx90', { current: c.b.cpu.revision }));
  if (c.file.updates.length === 0) return reasons;
  const cpu = intelCpu(c.b);
  const fits = c.file.updates.map((update) => ({ update, fit: intelFit(c.b, update, cpu) }));
  const mine = fits.filter(({ fit }) => fit === 'fits' || fit === 'assumed').map(({ update }) => update);
  if (mine.length === 0) {
    const platform = fits.some(({ fit }) => fit === 'other-platform');
    return [...reasons, blocks(platform ? 'other-platform' : 'other-signature', { signature: cpu.signature })];
  }
  const newest = mine.reduce((best, update) => (update.revision > best.revision ? update : best));
  const current = bootShown(c.threads);
  if (newest.revision <= current) reasons.push(blocks('not-newer', { revision: newest.revision, current }));
  if (gnrErratum(c, newest.revision)) reasons.push(blocks('erratum-gnr98', { revision: newest.revision, current }));
  return [...reasons, ...minrevReason(c, newest)];
}

function amdReasons(c: LoadCase): LoadReason[] {
  const reasons: LoadReason[] = [];
  if (forceMinrev(c.b)) reasons.push(blocks('amd-minrev-unsupported'));
  if (c.file.updates.length === 0) return reasons;
  const silicon = bootSilicon(c.threads);
  const mine = c.file.updates.filter((update) => patchFits(c, update, silicon));
  if (mine.length === 0) return [...reasons, blocks('other-signature', { signature: c.b.cpuidRegister(1, 0, 'eax') })];
  const kept = mine.filter((update) => keptByLoader(c, update));
  const newest = (kept.length > 0 ? kept : mine).reduce((best, update) => (update.revision > best.revision ? update : best));
  const current = bootShown(c.threads);
  if (kept.length === 0) reasons.push(blocks('amd-signing-cutoff', { revision: newest.revision, current, cutoff: cutoffRevision(c.b, current) }));
  if (onlineThreads(c.threads).every((thread) => thread.cpu.revision >= newest.revision))
    reasons.push(blocks('not-newer', { revision: newest.revision, current }));
  return [...reasons, ...digestReason(c, newest, silicon)];
}

function digestReason(c: LoadCase, update: OfferedUpdate, silicon: number): LoadReason[] {
  const verdict = verifyDigest(c.b, {
    patch: update.revision,
    current: patchLevel(c, silicon),
    sha256: update.sha256,
    signature: c.b.cpuidRegister(1, 0, 'eax'),
    extra: c.extraDigests,
    damaged: c.damaged,
  });
  return verdict.passes ? [] : [blocks('amd-digest', { revision: update.revision, sha256: update.sha256 ?? '' })];
}

function rejectReason(c: LoadCase): LoadReason[] {
  const cpus = onlineThreads(c.threads).filter((thread) => c.damaged || c.rejects(thread.number));
  return cpus.length === 0 || !c.file.present ? [] : [blocks('cpu-rejects', { cpus: cpus.map((thread) => String(thread.number)) })];
}

/** Revisions that differ before the load: the loader measures the file against CPU 0, or the first CPU of each node. */
function mixedReason(c: LoadCase): LoadReason[] {
  const revisions = [...new Set(c.threads.filter((thread) => thread.online).map((thread) => thread.revision))];
  return revisions.length < 2 ? [] : [colours('mixed-revision', { revisions: revisions.map((revision) => `0x${revision.toString(16)}`) })];
}

/**
 * Everything that stands in the way of a load or colours it, whether or not the kernel would get so far: an operator
 * who lifts the first obstacle wants to know of the next.
 */
export function loadReasons(c: LoadCase, missing: readonly LoadReason[]): LoadReason[] {
  const own = c.b.cpu.vendor === 'AMD' ? amdReasons(c) : intelReasons(c);
  return [...missing, ...cpuReasons(c), ...fileReasons(c), ...(c.file.vendor === vendorOf(c) ? own : bdxOnly(own)), ...rejectReason(c), ...mixedReason(c)];
}

function vendorOf(c: LoadCase): string {
  return c.b.cpu.vendor === 'AMD' ? 'AuthenticAMD' : 'GenuineIntel';
}

/** With a file of the other vendor only what does not look at its updates still holds. */
function bdxOnly(reasons: readonly LoadReason[]): LoadReason[] {
  return reasons.filter((reason) => reason.code === 'erratum-bdx90' || reason.code === 'amd-minrev-unsupported');
}
