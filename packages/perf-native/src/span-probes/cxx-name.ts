const IDENTIFIER = /^[A-Za-z_]\w*$/;

/**
 * How the mangled names of a C++ function begin (Itanium ABI), whatever its parameters are. None
 * for templates, operators, constructors and destructors: those are to be given as they are mangled.
 */
export function mangledPrefixes(qualified: string): string[] {
  const parts = qualified.split('::');
  if (!parts.every((part) => IDENTIFIER.test(part))) return [];
  const encoded = parts.map((part) => `${part.length}${part}`).join('');
  return parts.length === 1 ? [`_Z${encoded}`] : [`_ZN${encoded}E`, `_ZNK${encoded}E`];
}
