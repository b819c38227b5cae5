import { VlPetError } from "../error.ts";
import { sameShape, shapeText, type Graph, type Tensor } from "../graph/index.ts";
import { dropout } from "../ops/index.ts";
import type { Init, Parameter, Part, Traits } from "./parameter.ts";
import type { Attended, AttendedSite, SiteCall, SiteHooks, SiteName } from "./site.ts";

/** How a backbone starts a layer's parameter that no checkpoint holds (its family's own rule). */
export type InitRule = (traits: Traits, shape: readonly number[]) => Init;

/** Layers of each stack. */
export interface Depths {
  readonly encoder: number;
  readonly decoder: number;
}

/** Training applies dropout; evaluation leaves the masks out of the graph. */
export type Mode = "train" | "evaluate";

export interface ScopeOptions {
  readonly graph: Graph;
  readonly hooks: SiteHooks;
  readonly initRule: InitRule;
  readonly mode: Mode;
  readonly depths: Depths;
  /** The task this graph is written for, when tasks have weights of their own. */
  readonly task: string | null;
}

/** What all scopes of one model share. */
interface Build extends ScopeOptions {
  readonly parameters: Map<string, Parameter>;
  readonly visited: Set<SiteName | AttendedSite>;
}

type OwnTraits = Omit<Traits, "owner" | "part">;

/** Which layer of a stack of equal layers. */
export interface StackLayer {
  readonly index: number;
  readonly count: number;
}

/** Where a scope lies. */
interface Place {
  readonly path: string;
  readonly part: Part;
  readonly owner: Traits["owner"];
  readonly layer: StackLayer | null;
  /** Which pass through the same layers; "" for the main one. */
  readonly pass: string;
}

/** Where a method's own weights lie, below the place they belong to or at the model's root. */
const METHOD_ROOT = "pet";

/** A place in a model: knows its path, makes parameters there, and opens sites. Going deeper gives a new scope. */
export class Scope {
  readonly #build: Build;
  readonly #place: Place;

  private constructor(build: Build, place: Place) {
    this.#build = build;
    this.#place = place;
  }

  static root(options: ScopeOptions): Scope {
    const build: Build = { ...options, parameters: new Map(), visited: new Set() };
    return new Scope(build, { path: "", part: "shared", owner: "backbone", layer: null, pass: "" });
  }

  #moved(change: Partial<Place>): Scope {
    return new Scope(this.#build, { ...this.#place, ...change });
  }

  #deeper(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }

  get path(): string {
    return this.#place.path;
  }

  /** The layer of a stack that this place is in; null outside of stacks. */
  get layer(): StackLayer | null {
    return this.#place.layer;
  }

  get graph(): Graph {
    return this.#build.graph;
  }

  get mode(): Mode {
    return this.#build.mode;
  }

  get depths(): Depths {
    return this.#build.depths;
  }

  /** All parameters asked for so far, in order. */
  get parameters(): readonly Parameter[] {
    return [...this.#build.parameters.values()];
  }

  /** Sites opened so far; a hook on any other site would never run. */
  get visited(): ReadonlySet<SiteName | AttendedSite> {
    return this.#build.visited;
  }

  /** One name (or several, joined by dots) deeper. */
  at(name: string): Scope {
    return this.#moved({ path: this.#deeper(name) });
  }

  /** A layer of a stack: `layers.2` deeper, and whoever is inside can ask which layer it is. */
  atLayer(stack: string, layer: StackLayer): Scope {
    return this.#moved({ path: this.#deeper(`${stack}.${layer.index}`), layer });
  }

  /** The same place in another pass through the same layers: the same weights, but dropout masks of its own. */
  inPass(name: string): Scope {
    return this.#moved({ pass: `${name}/` });
  }

  /** The same place, as another part of the model. */
  part(part: Part): Scope {
    return this.#moved({ part });
  }

  /** A scope at the model's root, for what all layers share; a method's own weights lie under `pet`. */
  shared(name: string): Scope {
    const path = this.#place.owner === "pet" ? `${METHOD_ROOT}.${name}` : name;
    return this.#moved({ path, part: "shared", layer: null });
  }

  /** The task this graph is written for; null when all tasks share every weight. */
  get task(): string | null {
    return this.#build.task;
  }

  /** The same place with weights of the graph's own task: `tasks.vqa` deeper. */
  ofTask(): Scope {
    if (this.task !== null) return this.at(`tasks.${this.task}`);
    throw new VlPetError("graph", "a method with weights of its own for each task needs to know the task", {
      where: this.path,
      fix: "set perTask in the method's plan",
    });
  }

  /** The parameter of this name; asking twice gives the same tensor (tied weights). */
  parameter(name: string, shape: readonly number[], own: OwnTraits, init?: Init): Tensor {
    const path = this.#deeper(name);
    const known = this.#build.parameters.get(path);
    if (known !== undefined) {
      if (sameShape(known.shape, shape)) return known.tensor;
      throw new VlPetError("shape", "two layers ask for one parameter with different shapes", {
        where: path,
        expected: shapeText(known.shape),
        received: shapeText(shape),
      });
    }
    const traits: Traits = { owner: this.#place.owner, part: this.#place.part, ...own };
    const tensor = this.graph.parameter(path, shape);
    this.#build.parameters.set(path, {
      path,
      shape,
      traits,
      init: init ?? this.#build.initRule(traits, shape),
      tensor,
    });
    return tensor;
  }

  /** Where a method's own parameters go at this place. */
  ofMethod(): Scope {
    return this.#moved({ path: this.#deeper(METHOD_ROOT), owner: "pet" });
  }

  /**
   * Lets a value pass a site: the plan's hooks at this site change it, in order. Layers that are a method's own have no
   * sites: there the value passes as it is.
   */
  site(name: SiteName, value: Omit<SiteCall, "scope">): Tensor {
    if (this.#place.owner === "pet") return value.y;
    this.#build.visited.add(name);
    const scope = this.ofMethod();
    return (this.#build.hooks[name] ?? []).reduce((y, hook) => hook({ ...value, scope, y }), value.y);
  }

  /** Lets what an attention attends to pass a site, as `site` does. */
  attendedSite(name: AttendedSite, attended: Attended): Attended {
    if (this.#place.owner === "pet") return attended;
    this.#build.visited.add(name);
    const scope = this.ofMethod();
    let now = attended;
    for (const hook of this.#build.hooks[name] ?? []) now = hook({ ...now, scope });
    return now;
  }

  /** Inverted dropout in training; x itself in evaluation. The mask is named after the scope and `label`. */
  dropout(x: Tensor, dropRate: number, label: string): Tensor {
    if (this.mode === "evaluate" || dropRate === 0) return x;
    const mask = this.graph.input(`${this.#place.pass}${this.path}.${label}.mask`, "uint8", x.shape, {
      kind: "keep-mask",
      dropRate,
    });
    return dropout(x, mask, dropRate);
  }
}
