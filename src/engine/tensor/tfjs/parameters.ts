/** A network's parameters as TensorFlow.js variables; the store that our kernels share stays their master copy. */
import type { NamedTensorMap, Tensor, Tensor1D, Variable } from "@tensorflow/tfjs";
import type { Parameter, ParameterStore } from "../parameters.ts";
import type { TensorFlow } from "./availability.ts";

export class TfjsParameters {
  private readonly variables: ReadonlyMap<string, { readonly parameter: Parameter; readonly variable: Variable }>;

  constructor(
    private readonly tf: TensorFlow,
    private readonly store: ParameterStore,
  ) {
    this.variables = new Map(
      store.layout.parameters.map((parameter) => {
        const initial = tf.tidy(() => tf.tensor1d(this.valuesOf(parameter)));
        const variable = tf.variable(initial);
        initial.dispose();
        return [parameter.name, { parameter, variable }];
      }),
    );
  }

  /** For tf.variableGrads. */
  get all(): Variable[] {
    return [...this.variables.values()].map(({ variable }) => variable);
  }

  /** A parameter as a vector. */
  vector(name: string): Tensor1D {
    const found = this.variables.get(name);
    if (found === undefined) throw new Error(`no parameter ${name}`);
    return found.variable as unknown as Tensor1D;
  }

  /** Takes over the store's values. */
  load(): void {
    this.tf.tidy(() => {
      for (const { parameter, variable } of this.variables.values()) {
        variable.assign(this.tf.tensor1d(this.valuesOf(parameter)));
      }
    });
  }

  /** Gradients of tf.variableGrads with their parameters; a parameter the loss does not depend on is left out. */
  *gradients(grads: NamedTensorMap): Iterable<readonly [Parameter, Float32Array]> {
    for (const { parameter, variable } of this.variables.values()) {
      const gradient: Tensor | undefined = grads[variable.name];
      if (gradient) yield [parameter, gradient.dataSync<"float32">()];
    }
  }

  dispose(): void {
    for (const { variable } of this.variables.values()) variable.dispose();
  }

  private valuesOf({ offset, length }: Parameter): Float32Array {
    return this.store.values.slice(offset, offset + length);
  }
}
