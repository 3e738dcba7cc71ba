import { mount } from "svelte";
import Report from "./Report.svelte";
import { readViewModel } from "./read-view-model.ts";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shades.css";
import "./styles/print.css";

const target = document.getElementById("report");
if (target === null) throw new Error("The page has no element #report to draw into.");
try {
  const parts = document.querySelector<HTMLTemplateElement>("template#item-texts")?.content.children;
  const text = document.getElementById("view-model")?.textContent ?? "";
  const viewModel = readViewModel(text, (part) => parts?.[part]?.textContent ?? undefined);
  document.title = viewModel.title;
  mount(Report, { target, props: { viewModel } });
} catch (error) {
  const message = document.createElement("p");
  message.setAttribute("role", "alert");
  message.textContent = `This report cannot be shown. ${error instanceof Error ? error.message : String(error)}`;
  target.append(message);
  throw error;
}
