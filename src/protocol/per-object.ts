/** A memory of what was made of objects that never change, for as long as they live. */

/** `make`, asked once for each object; nothing is kept when it throws. */
export function perObject<K extends object, V extends object | string | bigint>(
  make: (key: K) => V,
): (key: K) => V {
  const made = new WeakMap<K, V>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    made.set(key, value);
    return value;
  };
}
