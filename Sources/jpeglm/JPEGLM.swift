import ArgumentParser

@main
struct JPEGLM: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jpeglm",
    abstract: "Train language models on JPEG files and sample new ones.")
}
