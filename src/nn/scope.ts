import { VlPetError } from "../error.ts";
import { sameShape, shapeText, type Graph, type Tensor } from "../graph/index.ts";
import { dropout } from "../ops/index.ts";
import type { Init, Parameter, Part, Traits } from "./parameter.ts";
import type { SiteCall, SiteHooks, SiteName } from "./site.ts";

/** How a backbone starts a layer's parameter that no checkpoint holds (its family's own rule). */
export type InitRule = (traits: Traits, shape: readonly number[]) => Init;

/** What all scopes of one model share. */
interface Build {
  readonly graph: Graph;
  readonly parameters: Map<string, Parameter>;
  readonly hooks: SiteHooks;
  readonly visited: Set<SiteName>;
  readonly initRule: InitRule;
  readonly mode: Mode;
  readonly task: string | null;
}

/** Training applies dropout; evaluation leaves the masks out of the graph. */
export type Mode = "train" | "evaluate";

export interface ScopeOptions {
  readonly graph: Graph;
  readonly hooks: SiteHooks;
  readonly initRule: InitRule;
  readonly mode: Mode;
  /** The task this graph is written for, when tasks have weights of their own. */
  readonly task: string | null;
}

type OwnTraits = Pick<Traits, "of" | "role">;

/** A place in a model: knows its path, makes parameters there, and opens sites. Going deeper gives a new scope. */
export class Scope {
  readonly #build: Build;
  readonly path: string;
  readonly #part: Part;
  readonly #owner: Traits["owner"];

  private constructor(build: Build, path: string, part: Part, owner: Traits["owner"]) {
    this.#build = build;
    this.path = path;
    this.#part = part;
    this.#owner = owner;
  }

  static root(options: ScopeOptions): Scope {
    const build = { ...options, parameters: new Map<string, Parameter>(), visited: new Set<SiteName>() };
    return new Scope(build, "", "shared", "backbone");
  }

  get graph(): Graph {
    return this.#build.graph;
  }

  get mode(): Mode {
    return this.#build.mode;
  }

  /** All parameters asked for so far, in order. */
  get parameters(): readonly Parameter[] {
    return [...this.#build.parameters.values()];
  }

  /** Sites opened so far; a hook on any other site would never run. */
  get visited(): ReadonlySet<SiteName> {
    return this.#build.visited;
  }

  /** One name (or several, joined by dots) deeper. */
  at(name: string): Scope {
    return new Scope(this.#build, this.path === "" ? name : `${this.path}.${name}`, this.#part, this.#owner);
  }

  /** The same place, as another part of the model. */
  part(part: Part): Scope {
    return new Scope(this.#build, this.path, part, this.#owner);
  }

  /** A scope at the model's root, for what all layers share. */
  shared(name: string): Scope {
    return new Scope(this.#build, name, "shared", this.#owner);
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
    const path = this.path === "" ? name : `${this.path}.${name}`;
    const known = this.#build.parameters.get(path);
    if (known !== undefined) {
      if (sameShape(known.shape, shape)) return known.tensor;
      throw new VlPetError("shape", "two layers ask for one parameter with different shapes", {
        where: path,
        expected: shapeText(known.shape),
        received: shapeText(shape),
      });
    }
    const traits: Traits = { owner: this.#owner, part: this.#part, ...own };
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

  /** Lets a value pass a site: the plan's hooks at this site change it, in order. */
  site(name: SiteName, value: Omit<SiteCall, "scope">): Tensor {
    this.#build.visited.add(name);
    const path = this.path === "" ? "pet" : `${this.path}.pet`;
    const scope = new Scope(this.#build, path, this.#part, "pet");
    return (this.#build.hooks[name] ?? []).reduce((y, hook) => hook({ ...value, scope, y }), value.y);
  }

  /** Inverted dropout in training; x itself in evaluation. The mask is named after the scope and `label`. */
  dropout(x: Tensor, dropRate: number, label: string): Tensor {
    if (this.mode === "evaluate" || dropRate === 0) return x;
    const mask = this.graph.input(`${this.path}.${label}.mask`, "uint8", x.shape, {
      kind: "keep-mask",
      dropRate,
    });
    return dropout(x, mask, dropRate);
  }
}
