/** The world that evaluations are in (docs/method.md, section 13), beside training's. */
import { evaluationApart } from "../../protocol/evaluationApart.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import { otherTruth } from "../data/otherTruth.ts";
import { withPauses } from "../data/pauses.ts";
import { LatentResponseModel } from "../simulator/latent.ts";
import type { ResponseModelFactory } from "../simulator/responseModel.ts";
import { UserSampler } from "../simulator/sessionSource.ts";
import { evaluationConfig } from "../simulator/trained/userModel.ts";
import { responseModelKind, trainedFactory, type World, type WorldOptions } from "./world.ts";

/**
 * The same data and masks, with users that training never sees and a response model that it never meets. Training's own
 * world where the experiment asks for neither, or its data have neither.
 */
export async function evaluationWorld(training: World, experiment: Experiment, options: WorldOptions): Promise<World> {
  const { dataset } = training;
  const { heldOut } = dataset;
  const responseModels = evaluationApart(experiment).responseModel
    ? await otherResponseModels(training, experiment, options)
    : undefined;
  if (!responseModels && !heldOut) return training;
  const { drawUsers } = experiment.simulator;
  return {
    ...training,
    ...(responseModels && { responseModels }),
    ...(heldOut && { users: new UserSampler(dataset, drawUsers, (user) => heldOut[user] === 1) }),
  };
}

/** Undefined where the data have no other. */
async function otherResponseModels(
  { dataset }: World,
  experiment: Experiment,
  options: WorldOptions,
): Promise<ResponseModelFactory | undefined> {
  const config = experiment.simulator.responseModel;
  switch (responseModelKind(config, dataset)) {
    case "latent": {
      if (!dataset.latent) return undefined;
      const truth = await withPauses(otherTruth(dataset.latent, dataset.fingerprint), options.signal);
      return (slots) => new LatentResponseModel(dataset, truth, slots);
    }
    case "trained":
      return trainedFactory(
        dataset,
        evaluationConfig(config.kind === "trained" ? config : undefined),
        experiment,
        options,
      );
    case "matrix":
      options.log(
        "Evaluations have training's response model: the recorded matrix is the only truth of this data, so evaluation.responseModel makes no difference.",
      );
      return undefined;
  }
}
