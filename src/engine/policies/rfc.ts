import type { Boot } from '../boot/boot.ts';
import { cpuOffline } from '../events/hotplug.ts';
import { MSR_IA32_TSX_CTRL } from '../kvm/user-return-msrs.ts';
import type { Finding, Machine } from '../model/machine.ts';
import { TSX_CTRL_ELSEWHERE, TSX_CTRL_RESTORED } from '../vulnerabilities/taa.ts';
import { followBadSpectreList } from './bad-spectre-revisions.ts';
import type { LoadProgress, Reevaluated } from './reevaluated.ts';
import { reprobeBugs } from './reprobe-bugs.ts';
import { updateCpuCaps } from './update-cpu-caps.ts';

/*
 * "CPU feature evaluation after microcode late loading", Mihai Carabas, 2 July 2020, MID:1593703107-8852-1-git-send-email-mihai.carabas@oracle.com,
 * patch by patch. KVM is left as it is, alternatives are not patched again.
 */

const NO_INIT = 1;
const SAVED_COMMAND_LINE = 2;
const BOOT_CPU_HAS = 3;
const SMT_AT_RUN_TIME = 4;
const UPDATE_CAPS = 5;
const REPROBE = 6;
const BAD_REVISIONS = 7;

/** Patch 3: the tests in process.c, bugs.c and vmx.c that become boot_cpu_has(). */
const ASKS_AGAIN: ReadonlySet<string> = new Set(['SPEC_CTRL_SSBD', 'AMD_SSBD', 'LS_CFG_SSBD', 'VIRT_SSBD', 'SPEC_STORE_BYPASS_DISABLE', 'FLUSH_L1D']);

/** cmdline_find_option() in a selection: on lines whose options are all early parameters patch 2 has nothing left to do. */
function readsCommandLine(b: Boot): boolean {
  return !b.trait('phased-mitigations') && b.options.some(({ name }) => FOUND_IN_SELECTIONS.has(name));
}

const FOUND_IN_SELECTIONS: ReadonlySet<string> = new Set([
  'nospectre_v2',
  'spectre_v2',
  'spectre_v2_user',
  'nospec_store_bypass_disable',
  'spec_store_bypass_disable',
  'tsx',
]);

function smtOff(b: Boot): boolean {
  const control = b.shared('cpu_smt_control');
  return control === 'off' || control === 'forceoff';
}

/** Patch 4: cpu_smt_disable() takes the siblings offline; without it only the variable changes, and they run on. */
function stopSiblings(machine: Machine, patches: ReadonlySet<number>): Reevaluated {
  const running = machine.threads.filter((thread) => thread.thread !== 0 && thread.online);
  const cpus = running.map((thread) => String(thread.number));
  if (running.length === 0) return { machine, findings: [] };
  if (!patches.has(SMT_AT_RUN_TIME)) return { machine, findings: [{ code: 'rfc-siblings-stay-online', args: { cpus } }] };
  const next = running.reduce((now, thread) => cpuOffline(now, thread.number).machine, machine);
  return { machine: next, findings: [{ code: 'rfc-siblings-stopped', args: { cpus } }] };
}

/** A guest's return to user space puts back the TSX_CTRL that KVM remembers; see kernel-facts 3-E7. */
function restoredByKvm(machine: Machine, kernel: Boot): Finding[] {
  const held = machine.userReturn?.values.get(MSR_IA32_TSX_CTRL);
  const guests = machine.guests.filter((guest) => !guest.away).map((guest) => guest.name);
  const written = kernel.written.get(MSR_IA32_TSX_CTRL);
  if (held === undefined || guests.length === 0 || written === undefined || written === held) return [];
  kernel.begin();
  kernel.writeMsr(MSR_IA32_TSX_CTRL, held);
  for (const name of [TSX_CTRL_ELSEWHERE, TSX_CTRL_RESTORED]) kernel.share(name, true, 'kvm/user-return/host-value-restored');
  return [{ code: 'kvm-restores-tsx-ctrl', args: { guests } }];
}

/** Patches 5 and 6 call what is init code unless patch 1 keeps it: the kernel would run into freed memory, so nothing of theirs is modelled. */
function freedCode(patches: ReadonlySet<number>): Finding[] {
  const calling = [UPDATE_CAPS, REPROBE].filter((patch) => patches.has(patch));
  return patches.has(NO_INIT) || calling.length === 0 ? [] : [{ code: 'rfc-init-code-freed', args: { patches: calling.map(String) } }];
}

/** What reload_store() does behind the load, as far as the patches that are in go. */
function afterLoad(machine: Machine, kernel: Boot, patches: ReadonlySet<number>, progress: LoadProgress): Reevaluated {
  const findings: Finding[] = freedCode(patches);
  const runs = (patch: number): boolean => patches.has(patch) && patches.has(NO_INIT);
  if (patches.has(BAD_REVISIONS) && progress.taken) findings.push(...followBadSpectreList(kernel));
  const rereads = runs(UPDATE_CAPS) && progress.taken;
  const reprobes = runs(REPROBE) && progress.tried;
  kernel.commandLineFreed = !patches.has(SAVED_COMMAND_LINE);
  if (kernel.commandLineFreed && readsCommandLine(kernel) && (rereads || reprobes)) findings.push({ code: 'rfc-command-line-freed', args: {} });
  const threads = rereads ? updateCpuCaps(kernel, machine.threads) : machine.threads;
  kernel.lookedAgain ||= rereads || reprobes;
  if (reprobes) reprobeBugs(kernel, threads.filter((thread) => thread.online).length < 2);
  kernel.commandLineFreed = false;
  if (reprobes && !progress.taken) findings.push({ code: 'rfc-reprobed-after-failure', args: {} });
  if (rereads && kernel.shared(TSX_CTRL_ELSEWHERE) === true) findings.push({ code: 'rfc-tsx-init-differs', args: {} });
  if (rereads) findings.push(...restoredByKvm(machine, kernel));
  return { machine: { ...machine, kernel, threads }, findings };
}

/**
 * @param machine after the load; stays as it was
 * @param patches of the series that are in
 * @param progress how far the load got: patch 6 follows a failed one as well
 */
export function reevaluateRfc(machine: Machine, patches: ReadonlySet<number>, progress: LoadProgress): Reevaluated {
  const kernel = machine.kernel.copy();
  if (patches.has(BOOT_CPU_HAS)) kernel.asksAgain = ASKS_AGAIN;
  const wasOff = smtOff(kernel);
  const after = afterLoad(machine, kernel, patches, progress);
  if (wasOff || !smtOff(kernel)) return after;
  const stopped = stopSiblings(after.machine, patches);
  return { machine: stopped.machine, findings: [...after.findings, ...stopped.findings] };
}
