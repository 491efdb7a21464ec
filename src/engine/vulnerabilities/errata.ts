import type { Boot } from '../boot/boot.ts';
import { matchValue } from '../boot/cpu-match.ts';
import { cutoffRevision, hasEntrysign } from '../loader/amd-patch-id.ts';
import { defineVulnerability } from './_define.ts';
import { either, type Part, type Standing, siliconBehaves } from './_protection.ts';

/*
 * Errata that have neither a file nor a bug bit. The kernel knows some by a table of revisions, and looks at two of them again after a late
 * load; the rest it does not know at all. A row of theirs appears only where the update changes something.
 */

/** A look that the kernel has code for: the reads so far are behind it, and whoever asks rests on it. */
function ruled(k: Boot, rule: string, value: boolean): boolean {
  k.trace.read(`rule:${rule}`, value, k.trace.step(rule));
  return value;
}

/** @returns whether the revision in force has what a table of the kernel asks for; null where the table does not name this CPU. */
function reached({ k, now }: Standing, table: string, rule: string): boolean | null {
  const wanted = matchValue(k, table);
  if (wanted === null) return null;
  k.trace.read('revision', now.revision, -1);
  return ruled(k, rule, now.revision >= wanted);
}

/** The fix is in the microcode and works at once; without it nothing helps. */
function fixedOrNot(part: string, fixed: boolean, open: string): Part {
  return { part, state: either(fixed), why: fixed ? 'fixed-by-microcode' : open, confidence: 'medium' };
}

/**
 * Zenbleed: microcode, or a chicken bit of DE_CFG that costs speed. zenbleed_check() runs on every CPU after a late load, and takes the bit back
 * once the revision is reached (cpu/amd.c amd_check_microcode()).
 */
export const zenbleed = defineVulnerability({
  id: 'zenbleed',
  sysfs: null,
  bug: null,
  title: 'Zenbleed',
  cves: ['CVE-2023-20593'],
  parameters: [],
  present: (b) => !b.has('HYPERVISOR') && b.has('AVX') && matchValue(b, 'amd_zenbleed_microcode') !== null,
  protection: (standing) => {
    const fixed = reached(standing, 'amd_zenbleed_microcode', 'zenbleed/check/revision') === true;
    return [{ part: 'registers', state: 'protected', why: fixed ? 'fixed-by-microcode' : 'zenbleed-chicken-bit', reEvaluated: fixed }];
  },
});

/**
 * PEBS: on Sandy Bridge it is broken and switched off, on parts up to Kaby Lake its writes can reach into a guest, so that perf switches it off
 * before guests. Both are asked again after a late load (events/core.c perf_check_microcode(), events/intel/core.c).
 */
export const pebs = defineVulnerability({
  id: 'pebs',
  sysfs: null,
  bug: null,
  title: 'PEBS (precise event-based sampling) that is broken or not kept from guests',
  cves: [],
  parameters: [],
  present: (b) => !b.has('HYPERVISOR') && b.has('PEBS'),
  protection: (standing) => {
    const works = reached(standing, 'pebs_ucodes', 'pebs/check/broken');
    const isolated = reached(standing, 'isolation_ucodes', 'pebs/check/isolation');
    const parts: Part[] = [];
    if (works !== null) parts.push({ part: 'host', state: 'protected', why: works ? 'fixed-by-microcode' : 'pebs-switched-off', reEvaluated: works });
    if (isolated !== null) parts.push({ part: 'guest', state: 'protected', why: isolated ? 'pebs-isolated' : 'pebs-off-before-guests', reEvaluated: isolated });
    return parts;
  },
});

/** The version that enclaves attest: it was latched at reset, or moves when the first enclave opens after all have gone (cpu/sgx/main.c sgx_update_svn()). */
function svnWhy(k: Boot): string {
  return k.has('SGX_EUPDATESVN') ? 'svn-until-last-enclave' : 'svn-until-reboot';
}

/** What SGX attests about the microcode. Only a descriptor can say that an update raises it. */
export const sgxSvn = defineVulnerability({
  id: 'sgx_svn',
  sysfs: null,
  bug: null,
  title: 'Security version of the microcode that SGX enclaves attest',
  cves: [],
  parameters: [],
  present: (b) => b.has('SGX') && b.config('CONFIG_X86_SGX'),
  protection: (standing) => {
    const raised = ruled(standing.k, 'sgx_svn/check/update', siliconBehaves(standing, 'sgx-svn-raised'));
    const attested = raised && standing.atBoot.behaviours['sgx-svn-raised'] === true;
    return [{ part: 'enclaves', state: either(attested), why: attested ? 'svn-current' : raised ? svnWhy(standing.k) : 'svn-old' }];
  },
});

function beyond({ k, now }: Standing, cutoff: number): boolean {
  k.trace.read('revision', now.revision, -1);
  return ruled(k, 'entrysign/check/cut-off', now.revision > cutoff);
}

/** EntrySign: old patches of Zen are signed with a hash that can be forged; one beyond the cut-off brings another check (microcode/amd.c get_cutoff_revision()). */
export const entrysign = defineVulnerability({
  id: 'entrysign',
  sysfs: null,
  bug: null,
  title: 'EntrySign, forged signatures of microcode patches',
  cves: ['CVE-2024-36347', 'CVE-2024-56161'],
  parameters: [],
  present: (b) => b.cpu.vendor === 'AMD' && hasEntrysign(b.cpu.family, b.cpu.model),
  protection: (standing) => {
    const { k, now } = standing;
    const cutoff = cutoffRevision(k, now.revision);
    const said = siliconBehaves(standing, 'entrysign-fixed');
    return [fixedOrNot('loader', said || (cutoff !== 0 && beyond(standing, cutoff)), 'signature-check-weak')];
  },
});

/** Reptar: redundant prefixes confuse the front end. Nothing enumerates the fix. */
export const reptar = defineVulnerability({
  id: 'reptar',
  sysfs: null,
  bug: null,
  title: 'Reptar, redundant prefix issue',
  cves: ['CVE-2023-23583'],
  parameters: [],
  present: (b) => b.cpu.vendor === 'INTEL',
  protection: (standing) => [fixedOrNot('cpu', siliconBehaves(standing, 'reptar-fixed'), 'erratum-open')],
});

/** Branch Privilege Injection: predictor updates that overtake a change of privilege. Nothing enumerates the fix. */
export const bpi = defineVulnerability({
  id: 'bpi',
  sysfs: null,
  bug: null,
  title: 'Branch Privilege Injection',
  cves: ['CVE-2024-45332'],
  parameters: [],
  present: (b) => b.cpu.vendor === 'INTEL',
  protection: (standing) => [fixedOrNot('cpu', siliconBehaves(standing, 'bpi-fixed'), 'erratum-open')],
});
