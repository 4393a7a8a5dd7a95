/** Memory policy of a mapping, as the kernel prints it in numa_maps (mpol_to_str). */
export interface MemoryPolicy {
  readonly mode:
    | 'default'
    | 'prefer'
    | 'prefer (many)'
    | 'bind'
    | 'interleave'
    | 'weighted interleave'
    | 'local';
  /** `static`, `relative`, `balancing`. */
  readonly flags: readonly string[];
  /** Nodes of the policy; empty for `default` and `local`. */
  readonly nodes: readonly number[];
}

/** A policy at the beginning of a text: two of the modes have a space in their name. */
export const POLICY =
  /^(?<mode>prefer \(many\)|weighted interleave|default|prefer|bind|interleave|local)(?:=(?<flags>[a-z|]*))?(?::(?<nodes>[\d,-]+))?(?= |$)/;

/** Policy from the groups of {@link POLICY}. */
export function policyOf(
  { mode, flags, nodes }: Readonly<Record<string, string | undefined>>,
  parseNodes: (list: string) => number[],
): MemoryPolicy {
  return {
    mode: mode as MemoryPolicy['mode'],
    flags: flags === undefined || flags === '' ? [] : flags.split('|'),
    nodes: nodes === undefined ? [] : parseNodes(nodes),
  };
}
