/** Node.js wants the file's extension in every import. */
export default {
  input: "openapi.json",
  output: { path: "client", module: { extension: ".js" } },
};
