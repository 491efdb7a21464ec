import { vulnerabilities } from '../vulnerabilities/index.ts';

const BUGS = 'arch/x86/kernel/cpu/bugs.c';
const COMMON = 'arch/x86/kernel/cpu/common.c';

/** Second part of a rule id, to the function of the vulnerability that it stands for. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  select: 'select_mitigation()',
  update: 'update_mitigation()',
  apply: 'apply_mitigation()',
  parameter: 'parse_cmdline()',
  show: 'show_state()',
  smt: 'cpu_bugs_smt_update()',
};

/** First part of the ids of rules that belong to no vulnerability. */
const PLACES: Readonly<Record<string, string>> = {
  common: COMMON,
  intel: 'arch/x86/kernel/cpu/intel.c',
  process: 'arch/x86/kernel/process.c',
  perf: 'arch/x86/events/intel/core.c',
  kvm: 'arch/x86/kvm',
  microcode: 'arch/x86/kernel/cpu/microcode/core.c',
  amd: 'arch/x86/kernel/cpu/amd.c',
  hygon: 'arch/x86/kernel/cpu/hygon.c',
  zhaoxin: 'arch/x86/kernel/cpu/zhaoxin.c',
  centaur: 'arch/x86/kernel/cpu/centaur.c',
  tsx: 'arch/x86/kernel/cpu/tsx.c',
  xstate: 'arch/x86/kernel/fpu/xstate.c',
  topology: 'arch/x86/kernel/cpu/topology.c',
  mitigations: 'kernel/cpu.c',
  smt: 'kernel/cpu.c',
  'spec-ctrl': BUGS,
  // Rules of policies that no kernel of the tables has.
  rfc: 'MID:1593703107-8852-1-git-send-email-mihai.carabas@oracle.com',
  uek4: 'linux-uek, UEK4: arch/x86/kernel/cpu/bugs_64.c microcode_late_select_mitigation()',
};

/** Rules of a vulnerability that stand elsewhere in the kernel than its section of bugs.c. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'meltdown/pti': 'arch/x86/mm/pti.c pti_check_boottime_disable()',
  'meltdown/parameter': 'arch/x86/mm/pti.c',
  'l1tf/vmx': 'arch/x86/kvm/vmx/vmx.c vmx_setup_l1d_flush()',
  'itlb_multihit/kvm': 'arch/x86/kvm/mmu/mmu.c set_nx_huge_pages()',
  'spectre_v2/rsb': `${BUGS} spectre_v2_select_rsb_mitigation()`,
  'spectre_v2/rrsba': `${BUGS} spec_ctrl_disable_kernel_rrsba()`,
  'spec-ctrl/base': `${BUGS} cpu_select_mitigations()`,
  'zenbleed/check': 'arch/x86/kernel/cpu/amd.c amd_check_microcode()',
  'pebs/check': 'arch/x86/events/intel/core.c x86_pmu.check_microcode()',
  'sgx_svn/check': 'arch/x86/kernel/cpu/sgx/main.c sgx_update_svn()',
  'entrysign/check': 'arch/x86/kernel/cpu/microcode/amd.c get_cutoff_revision()',
};

const ids = new Set(vulnerabilities.map((one) => one.id));

/**
 * Where in the kernel a rule comes from: file, and the function where the id names one.
 * @param rule `<vulnerability or place>/<function>/<why>`
 */
export function sourceOf(rule: string): string {
  const [head = '', phase = ''] = rule.split('/');
  const elsewhere = ELSEWHERE[`${head}/${phase}`];
  if (elsewhere) return elsewhere;
  if (phase === 'repair') return `${BUGS} md_clear_update_mitigation()`;
  if (phase === 'idle-clear') return `${BUGS} cpu_bugs_smt_update()`;
  if (!ids.has(head)) return PLACES[head] ?? 'arch/x86';
  if (phase === 'affected') return `${COMMON} cpu_set_bug_bits()`;
  const name = FUNCTIONS[phase];
  return name ? `${BUGS} ${name.startsWith('cpu_') ? '' : `${head}_`}${name}` : BUGS;
}
