import ArgumentParser
struct TopologyCommand: AsyncParsableCommand { func run() async throws {} }
struct DoctorCommand: AsyncParsableCommand { func run() async throws {} }
