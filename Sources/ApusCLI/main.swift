#if Command
  ApusCommand.start()
#else
  print(
    "apus was built without the trait Command: build it again with the trait, as `swift build` does by default"
  )
#endif
