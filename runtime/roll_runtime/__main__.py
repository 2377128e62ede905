from roll_runtime.cli import main

main()
