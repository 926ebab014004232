// The recording that Python wrote into the page, and what follows from it without any drawing.

const recording = JSON.parse(document.getElementById("recording").textContent);
const { joints, bones, jointSides, boneSides, rest } = recording.skeleton;
const numFrames = recording.frame.length;
const numJoints = joints.length;
const numDims = recording.numDims;
const rate = recording.fps ?? recording.usualFps;
const spoken = joints.map((joint) => joint.replaceAll("_", " "));
const people = recording.people.map((person) => ({
  pos: unpacked(person.pos),
  score: unpacked(person.score),
}));
const { classes = [], moments = [], probabilities = [] } = recording;

function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

function isSeen(person, t, v) {
  return people[person].score[t * numJoints + v] > 0;
}

function place(person, t, v) {
  const start = (t * numJoints + v) * numDims;
  return people[person].pos.subarray(start, start + numDims);
}

function missingJoints(person, t) {
  return joints.flatMap((_, v) => (isSeen(person, t, v) ? [] : [v]));
}

// Joints that are seen in each frame; frames are many, so they are counted once.
const seenCounts = people.map((_, person) =>
  recording.frame.map((_, t) => numJoints - missingJoints(person, t).length),
);

function countSeen(person, t) {
  return seenCounts[person][t];
}

function isAnybodySeen(t) {
  return people.some((_, person) => countSeen(person, t) > 0);
}

function seconds(t) {
  return recording.frame[t] / rate;
}

// Frames between one frame of the recording and the next: usually 1, or every fifth, or whatever was kept.
const steps = recording.frame.slice(1).map((number, t) => number - recording.frame[t]);
const usualStep = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 1;
const jumps = steps.flatMap((step, t) => (step > usualStep ? [t + 1] : []));

// Seconds that a frame stays: until the next one, but nobody waits longer than a second where time jumps.
const stays = [...steps, usualStep].map((step) => (step / rate > 1 ? usualStep : step) / rate);

function element(name, attributes = {}, parent = null) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  parent?.append(made);
  return made;
}

function write(parent, name, text = "", className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  parent.append(made);
  return made;
}
