package paper

// releasedInputs are those of the authors' released code.
func releasedInputs() CarInputs { return CarInputs{Speed: 1, Force: 1} }
