/** The values of a panel: what its link says, what its controls show. */
import type { Field } from "./fields.js";

export type Fields<V> = { readonly [K in keyof V]: Field<V[K]> };

/** What the shell needs of a store, whatever its values. */
export interface Linked {
  load(link: URLSearchParams): string[];
  print(): string;
  subscribe(listener: () => void): void;
}

export class Store<V extends object> implements Linked {
  values: Readonly<V>;
  private readonly listeners: (() => void)[] = [];

  constructor(private readonly fields: Fields<V>) {
    this.values = this.read(new URLSearchParams()).values;
  }

  /**
   * Takes the values of a link, initial ones where it has none; gives what of it was not
   * understood.
   */
  load(link: URLSearchParams): string[] {
    const { values, complaints } = this.read(link);
    this.values = values;
    this.notify();
    return complaints;
  }

  set(change: Partial<V>): void {
    this.values = { ...this.values, ...change };
    this.notify();
  }

  /** The link's part after the panel's name: only what differs from the initial values. */
  print(): string {
    const link = new URLSearchParams();
    for (const name of this.names) {
      const field = this.fields[name];
      const text = field.print(this.values[name]);
      if (text !== field.print(field.initial)) link.set(name, text);
    }
    // Characters that a fragment may hold as they are; escaped, links of points would be hard to
    // read.
    return link.toString().replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%7E", "~");
  }

  subscribe(listener: () => void): void {
    this.listeners.push(listener);
  }

  private get names(): (keyof V & string)[] {
    return Object.keys(this.fields) as (keyof V & string)[];
  }

  private read(link: URLSearchParams): { values: V; complaints: string[] } {
    const unknown = [...new Set(link.keys())].filter((name) => !Object.hasOwn(this.fields, name));
    const complaints = unknown.map((name) => `"${name}" is no setting here`);
    const values: Partial<V> = {};
    for (const name of this.names) {
      const field = this.fields[name];
      const text = link.get(name);
      const value = text === null ? null : field.parse(text);
      if (text !== null && value === null) {
        complaints.push(`${name}=${text.slice(0, 40)}: taken as ${field.print(field.initial) || "none"}`);
      }
      values[name] = value ?? field.initial;
    }
    return { values: values as V, complaints };
  }

  private notify(): void {
    for (const listener of this.listeners) listener();
  }
}
